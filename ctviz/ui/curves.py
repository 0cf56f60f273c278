"""The curves behind the chosen metrics, one colour per estimator."""

from collections.abc import Mapping
from types import MappingProxyType

import plotly.graph_objects as go
import streamlit as st

from ctviz.core import Mask
from ctviz.metrics import METRICS
from ctviz.ui.comparison import Comparison
from ctviz.ui.session import widget
from ctviz.viz import PLOT_CONFIG, Palette, Panel, curve_line, fill_dots, framed, guide_line

IN_A_ROW, HEIGHT_PX = 3, 300
NO_REGION = "Draw a region to see this."
BOTH_ORDERS = "removed first: most important (solid), least important (dotted)"

PANELS: Mapping[str, Panel] = MappingProxyType(
    {
        "dice": Panel(
            "Dice",
            "overlap with the drawn region over the share of the image kept",
            "share kept",
            "Dice",
            missing=NO_REGION,
        ),
        "auroc": Panel(
            "ROC",
            "pixels inside the drawn region against pixels outside",
            "false positive rate",
            "true positive rate",
            missing=NO_REGION,
        ),
        "average-precision": Panel(
            "Precision and recall",
            "how pure the most important pixels are as the region fills up",
            "share of the region found",
            "precision",
            missing=NO_REGION,
        ),
        "fidelity": Panel("Fidelity", BOTH_ORDERS, "share removed", "probability"),
        "road": Panel("Remove and debias", BOTH_ORDERS, "share removed", "probability"),
        "logit-fidelity": Panel(
            "Fidelity, logit ratio",
            BOTH_ORDERS,
            "share removed",
            "log-odds, relative",
            y_range=None,
        ),
        "insertion": Panel(
            "Insertion", "the most important put back first", "share put back", "probability"
        ),
        "deletion": Panel(
            "Deletion", "the most important removed first", "share removed", "probability"
        ),
        "sensitivity-n": Panel(
            "Sensitivity-n",
            "does the removed importance foretell the answer's change?",
            "share removed",
            "correlation",
            y_range=None,
        ),
        "randomisation": Panel(
            "Randomisation",
            "likeness left: of the ranks (solid), of the picture (dotted)",
            "share of the layers randomised",
            "likeness",
            y_range=None,
        ),
    }
)
"""The frames of those metrics that have a picture."""

DOTTED = {"lif", "similarity"}
"""Curves that stand beside a first one."""


def show_curves(comparison: Comparison, mask: Mask | None) -> None:
    """Show the curves of the chosen metrics, and how fidelity depends on the fill."""
    titles = [one.estimator.title for one in comparison.compared]
    if not titles:
        return
    controls = [one.estimator.title for one in comparison.compared if one.estimator.control]
    palette = Palette.of(titles, controls)
    share = None if mask is None else float(mask.mean())
    plots = [
        (panel, _lines(comparison, metric.name, palette, share))
        for metric in comparison.metrics
        if (panel := _panel(comparison, metric.name)) is not None
    ]
    for start in range(0, len(plots), IN_A_ROW):
        figure = framed(plots[start : start + IN_A_ROW], height=HEIGHT_PX)
        _show(figure, "curves", start)
    fills = {one.estimator.title: one.fills for one in comparison.compared if one.fills}
    if fills:
        _show(fill_dots(fills, palette=palette), "fills")


def _show(figure: go.Figure, *name: object) -> None:
    st.plotly_chart(figure, theme=None, config=dict(PLOT_CONFIG), key=widget(*map(str, name)))


def _panel(comparison: Comparison, name: str) -> Panel | None:
    """Return the frame of a metric's picture; None if it has no picture."""
    if name in PANELS:
        return PANELS[name]
    drawn = any(
        one.evaluations[name].curves for one in comparison.compared if name in one.evaluations
    )
    return Panel(METRICS[name].title, "", "", "", None, None, percent=False) if drawn else None


def _lines(
    comparison: Comparison, name: str, palette: Palette, share: float | None
) -> list[go.Scatter]:
    lines = [
        curve_line(curve, one.estimator.title, palette, dotted=which in DOTTED)
        for one in comparison.compared
        if name in one.evaluations
        for which, curve in one.evaluations[name].curves.items()
    ]
    if lines and name == "auroc":
        lines.append(guide_line((0, 1), (0, 1), "guessing"))
    if lines and name == "dice" and share is not None:
        lines.append(guide_line((share, share), (0, 1), "the region's own share"))
    return lines
