"""Whether a model's probabilities can be believed, as a plot."""

from collections.abc import Sequence

import streamlit as st

from ctviz.core.text import count_of
from ctviz.models import ModelCard, ReliabilityBin
from ctviz.ui.session import widget
from ctviz.ui.widgets.inks import page_inks
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz import PLOT_CONFIG
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import CurveChart, Line
from ctviz.viz.charts.screen import interactive


def show_reliability(card: ModelCard) -> None:
    """Show what the model said of slices it had not seen, and what was found, if that is known."""
    if card.reliability:
        plot_reliability(card, card.reliability)
        st.caption(plain(_calibrated(card)))


def plot_reliability(
    card: ModelCard, bins: Sequence[ReliabilityBin], on: str = "that it had not seen"
) -> None:
    """Show what a model said and what was found."""
    figure = interactive(reliability_chart(card, bins, on), inks=page_inks())
    key = widget("reliability", card.id, on)
    st.plotly_chart(figure, theme=None, config=dict(PLOT_CONFIG), key=key)


def reliability_chart(card: ModelCard, bins: Sequence[ReliabilityBin], on: str) -> CurveChart:
    """Describe the share found by the probability said; on the thin line both are the same.

    Parameters
    ----------
    card
        The model.
    bins
        What it said and what was found: of two classes of the second, else of its answer, and of
        several findings of each.
    on
        Which slices these are, in words.
    """
    slices = sum(each.slices for each in bins)
    said = tuple(each.said for each in bins)
    found = tuple(each.found for each in bins)
    of = f"of '{card.classes[-1]}'" if len(card.classes) == 2 else "of what it answers"
    if card.multi_label:
        of = "of each finding"
    return CurveChart(
        f"Can one believe its probability {of}?",
        f"{count_of(slices, 'slice')} {on}; on the thin line one can",
        Axis("probability said", span=(0.0, 1.0)),
        Axis("share found", span=(0.0, 1.0)),
        (
            Line("as it should be", (0.0, 1.0), (0.0, 1.0), faint=True),
            Line(card.title, said, found),
        ),
    )


def _calibrated(card: ModelCard) -> str:
    calibration = card.calibration
    return (
        f"Calibrated on slices of other patients: temperature {calibration.temperature:.2f}, both "
        f"classes equally probable at a score of {calibration.shift:.2f}. Each point is a tenth of "
        "the range; few slices make it unsure."
    )
