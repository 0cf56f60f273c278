"""The models page: what each classifier is, was measured at, is for, and where it fails."""

import streamlit as st

from ctviz.core import CtvizError
from ctviz.core.cells import neutral
from ctviz.models import MeasuredFigure, ModelCard
from ctviz.ui.models.reliability import show_reliability
from ctviz.ui.models.suitability import show_suitability
from ctviz.ui.service import backend
from ctviz.ui.widgets.plain_text import plain, plainly

ARROWS = {"higher": "↑", "lower": "↓"}


def show_models() -> None:
    """Show every model's card, then the folders that cannot be used, with the reason."""
    shelf = backend().models()
    if not shelf.cards:
        st.info("There is no model yet; 'ctviz train --help' tells how to make one.")
    for card in shelf.cards.values():
        with st.container(border=True):
            _card(card)
    for name, why in shelf.refused.items():
        st.warning(f"{plain(name)}: {plain(why)}", icon=":material/error:")


def _card(card: ModelCard) -> None:
    st.subheader(f"{plain(card.title)} :gray[{plain(card.id)}]")
    st.markdown(plain(card.task))
    facts, figures = st.columns([2, 3])
    with facts:
        low, high = card.window_limits
        st.markdown(
            f"- classes: {plainly(card.classes)}\n"
            f"- architecture: {plain(card.architecture)}\n"
            f"- input: {card.size[0]} × {card.size[1]} pixels, {low:.0f} to {high:.0f} HU\n"
            f"- licence of the weights: {plain(card.licence)}\n"
            f"- weights: {_checksum(card)}"
        )
        st.markdown(f"**Intended use.** {plain(card.intended_use)}")
        st.markdown(
            "**Known failures**\n" + "\n".join(f"- {plain(f)}" for f in card.known_failures)
        )
    with figures:
        st.markdown("**Measured** (↑ higher is better, ↓ lower is)")
        st.dataframe([_figure(measured) for measured in card.measured], hide_index=True)
        show_reliability(card)
        st.markdown("**Data**")
        st.dataframe(
            [
                {
                    "data": neutral(d.name),
                    "use": neutral(d.use),
                    "slices": d.slices,
                    "patients": d.patients,
                    "licence": neutral(d.licence),
                    "source": neutral(d.source),
                }
                for d in card.data
            ],
            hide_index=True,
        )
    show_suitability(card)


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
