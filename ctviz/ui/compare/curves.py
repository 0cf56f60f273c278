"""The curves behind the chosen metrics, one colour per estimator."""

from collections.abc import Mapping
from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from ctviz.core import Curve, CurvePanel, Mask
from ctviz.estimators.engine.looks import look_of
from ctviz.metrics import Metric
from ctviz.ui.compare.comparison import Comparison
from ctviz.ui.session import widget
from ctviz.ui.widgets.inks import page_inks
from ctviz.viz import PLOT_CONFIG, CurvePicture, fill_dots, metric_curves

IN_A_ROW = 3


def show_curves(comparison: Comparison, mask: Mask | None) -> None:
    """Show the curves of the chosen metrics, and how fidelity depends on the fill."""
    if not comparison.compared:
        return
    looks = {one.estimator.title: look_of(one.estimator.name) for one in comparison.compared}
    inks = page_inks()
    share = None if mask is None else float(mask.mean())
    pictures = [
        CurvePicture(panel_of(metric, comparison), curves)
        for metric in comparison.metrics
        if (curves := _curves(comparison, metric.name)) or metric.panel is not None
    ]
    for start in range(0, len(pictures), IN_A_ROW):
        row = pictures[start : start + IN_A_ROW]
        _show(metric_curves(row, looks, own_share=share, inks=inks), "curves", start)
    fills = {one.estimator.title: one.fills for one in comparison.compared if one.fills}
    if fills:
        _show(fill_dots(fills, looks, inks=inks), "fills")


def panel_of(metric: Metric, comparison: Comparison) -> CurvePanel:
    """Return the frame of a metric's curves, which says why there are none where that is known."""
    panel = metric.panel or CurvePanel.plain(metric.title)
    known = [one for one in comparison.compared if metric.name in one.evaluations]
    whys = [score.why for one in known if not (score := one.score(metric.name)).defined]
    return replace(panel, missing=whys[0]) if whys else panel


def _show(figure: go.Figure, *name: object) -> None:
    st.plotly_chart(figure, theme=None, config=dict(PLOT_CONFIG), key=widget(*map(str, name)))


def _curves(comparison: Comparison, metric: str) -> dict[str, Mapping[str, Curve]]:
    """Return the curves of a metric by estimator, of those that have any."""
    return {
        one.estimator.title: curves
        for one in comparison.compared
        if metric in one.evaluations and (curves := one.evaluations[metric].curves)
    }
