"""The curves behind the chosen metrics, and fidelity by fill; one colour per estimator."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from ctviz.core import Curve, CurvePanel, Mask
from ctviz.core.look import Look
from ctviz.estimators.engine.looks import look_of
from ctviz.metrics import Metric
from ctviz.ui.compare.comparison import Comparison
from ctviz.ui.session import widget
from ctviz.ui.widgets.inks import page_inks
from ctviz.viz import PLOT_CONFIG, CurvePicture, fill_dots, metric_curves

IN_A_ROW = 5
WITH_NOTES = 3
"""So many curves side by side leave room for a sentence above each."""


def show_curves(comparison: Comparison, mask: Mask | None) -> None:
    """Show the curves of the chosen metrics."""
    looks, inks = _looks(comparison), page_inks()
    share = None if mask is None else float(mask.mean())
    pictures = [
        CurvePicture(panel_of(metric, comparison), curves)
        for metric in comparison.metrics
        if (curves := _curves(comparison, metric.name)) or metric.panel is not None
    ]
    if len(pictures) > WITH_NOTES:
        pictures = [replace(each, panel=replace(each.panel, note="")) for each in pictures]
    for start in range(0, len(pictures), IN_A_ROW):
        row = pictures[start : start + IN_A_ROW]
        figure = metric_curves(row, looks, own_share=share, inks=inks)
        _show(figure, "curves", start, height="stretch")
    if not pictures:
        st.caption("None of the chosen metrics has a curve behind it.")


def show_fills(comparison: Comparison) -> None:
    """Show how fidelity depends on what takes the place of removed pixels."""
    fills = {one.estimator.title: one.fills for one in comparison.compared if one.fills}
    if fills:
        _show(fill_dots(fills, _looks(comparison), inks=page_inks()), "fills", height="content")
    else:
        st.caption("Fidelity with other fills is found out while there is nothing else to do.")


def _looks(comparison: Comparison) -> dict[str, Look]:
    return {one.estimator.title: look_of(one.estimator.name) for one in comparison.compared}


def panel_of(metric: Metric, comparison: Comparison) -> CurvePanel:
    """Return the frame of a metric's curves, which says why there are none where that is known."""
    panel = metric.panel or CurvePanel.plain(metric.title)
    known = [one for one in comparison.compared if metric.name in one.evaluations]
    whys = [score.why for one in known if not (score := one.score(metric.name)).defined]
    return replace(panel, missing=whys[0]) if whys else panel


def _show(figure: go.Figure, *name: object, height: Literal["content", "stretch"]) -> None:
    st.plotly_chart(
        figure,
        theme=None,
        config=dict(PLOT_CONFIG),
        key=widget(*map(str, name)),
        height=height,
    )


def _curves(comparison: Comparison, metric: str) -> dict[str, Mapping[str, Curve]]:
    """Return the curves of a metric by estimator, of those that have any."""
    return {
        one.estimator.title: curves
        for one in comparison.compared
        if metric in one.evaluations and (curves := one.evaluations[metric].curves)
    }
