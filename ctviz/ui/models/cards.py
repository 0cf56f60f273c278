"""The models page: what each classifier is, was measured at, is for, and where it fails."""

import streamlit as st

from ctviz.core import CtvizError
from ctviz.core.cells import neutral
from ctviz.models import DataSource, MeasuredFigure, ModelCard
from ctviz.models.card import ONNX, limits_of
from ctviz.models.heads import HEADS
from ctviz.ui.models.bin import offer_bin, show_model_bin
from ctviz.ui.models.checkup import show_checkup
from ctviz.ui.models.newcomer import add_own_model
from ctviz.ui.models.reliability import show_reliability
from ctviz.ui.models.suitability import show_suitability
from ctviz.ui.service import backend
from ctviz.ui.widgets.plain_text import plain, plainly

ARROWS = {"higher": "↑", "lower": "↓"}


def show_models() -> None:
    """Show every model's card, then the folders that cannot be used, with the reason."""
    add_own_model()
    shelf = backend().models()
    if not shelf.cards:
        st.info("There is no model yet; 'ctviz train --help' tells how to make one.")
    # What somebody has brought comes first.
    for card in sorted(shelf.cards.values(), key=lambda card: not card.added):
        with st.container(border=True):
            _card(card)
    for name, why in shelf.refused.items():
        st.warning(f"{plain(name)}: {plain(why)}", icon=":material/error:")
    show_model_bin()


def _card(card: ModelCard) -> None:
    st.subheader(f"{plain(card.title)} :gray[{plain(card.id)}]")
    st.markdown(plain(card.task))
    facts, figures = st.columns([2, 3])
    with facts:
        st.markdown(
            f"- {'findings' if card.multi_label else 'classes'}: {plainly(card.classes)}\n"
            f"- answers: {_in_a_line(HEADS[card.head])}\n"
            f"- architecture: {_architecture(card)}\n"
            f"- input: {card.size[0]} × {card.size[1]} pixels{_manner(card)}, {_windows(card)}\n"
            f"{f'- sees {card.sees}{chr(10)}' if card.sees else ''}"
            f"- licence of the weights: {plain(card.licence)}\n"
            f"- weights: {_checksum(card)}"
        )
        st.markdown(f"**Intended use.** {plain(card.intended_use)}")
        if card.known_failures:
            st.markdown(
                "**Known failures**\n" + "\n".join(f"- {plain(f)}" for f in card.known_failures)
            )
    with figures:
        _figures(card)
    show_checkup(card)
    show_suitability(card)
    offer_bin(card)


def _in_a_line(words: str) -> str:
    """Return words that begin a line as they are within one."""
    return words[0].lower() + words[1:]


def _architecture(card: ModelCard) -> str:
    return "its own, of an ONNX file" if card.architecture == ONNX else plain(card.architecture)


def _manner(card: ModelCard) -> str:
    fit, zoom = card.manner.fit, card.manner.zoom
    return ("" if fit == "whole" else f" {fit}") + (
        "" if zoom == 1 else f" zoomed {zoom:.3g} times"
    )


def _windows(card: ModelCard) -> str:
    limits = [limits_of(window) for window in card.windows]
    return ", ".join(f"{low:.0f} to {high:.0f} HU" for low, high in limits)


def _figures(card: ModelCard) -> None:
    """Show how good it is and on what it was trained, as far as that is said."""
    if card.measured:
        st.markdown("**Measured** (↑ higher is better, ↓ lower is)")
        st.dataframe([_figure(measured) for measured in card.measured], hide_index=True)
    show_reliability(card)
    if card.data:
        st.markdown("**Data**")
        st.dataframe([_source(source) for source in card.data], hide_index=True)


def _source(source: DataSource) -> dict[str, object]:
    return {
        "data": neutral(source.name),
        "use": neutral(source.use),
        "slices": str(source.slices or "–"),
        "patients": str(source.patients or "–"),
        "licence": neutral(source.licence),
        "source": neutral(source.source),
    }


def _figure(measured: MeasuredFigure) -> dict[str, object]:
    interval = measured.interval
    return {
        "figure": neutral(f"{measured.quantity} {ARROWS[measured.better]}"),
        "value": round(measured.value, 3),
        "95 % interval": f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "–",
        "on": neutral(measured.on),
        "how": neutral(measured.how),
    }


def _checksum(card: ModelCard) -> str:
    """Load the weights as a run would, and say whether they are the card's."""
    try:
        backend().classifier(card.id)
    except CtvizError as error:
        return f":red[{plain(error)}]"
    return f"checksum verified :gray[{next(iter(card.sha256.values()))[:12]}…]"
