"""The curves behind the scores, one colour per estimator."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import plotly.graph_objects as go

from ctviz.core import Curve
from ctviz.viz.images.palette import Palette
from ctviz.viz.panels import FAINT, Panel, framed

Picture: TypeAlias = Mapping[str, Mapping[str, Curve]]
"""The curves behind one metric: for each estimator's title its curves by name."""

HEIGHT_PX = 300
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


def metric_curves(
    pictures: Mapping[str, Picture],
    *,
    own_share: float | None = None,
    palette: Palette | None = None,
    legend: bool = True,
) -> go.Figure:
    """Plot the curves behind metrics side by side; a click on a name hides it in all of them.

    Parameters
    ----------
    pictures
        By the metric's name; an empty one says in its place what is missing.
    own_share
        The region's share of the image, where the headline Dice is read; drawn as a thin line.
    """
    palette = palette or Palette.of(
        dict.fromkeys(title for picture in pictures.values() for title in picture)
    )
    plots = [
        (panel_of(metric), _lines(metric, picture, palette, own_share))
        for metric, picture in pictures.items()
    ]
    return framed(plots, height=HEIGHT_PX, legend=legend)


def panel_of(metric: str) -> Panel:
    """Return the frame of a metric's picture; a plain one for a metric of others."""
    plain = Panel(metric.replace("-", " ").capitalize(), "", "", "", None, None, percent=False)
    return PANELS.get(metric, plain)


def _lines(
    metric: str, picture: Picture, palette: Palette, own_share: float | None
) -> list[go.Scatter]:
    lines = [
        _line(curve, title, palette, dotted=name in DOTTED)
        for title, curves in picture.items()
        for name, curve in curves.items()
    ]
    if lines and metric == "auroc":
        lines.insert(0, _guide((0, 1), (0, 1), "guessing"))
    if lines and metric == "dice" and own_share is not None:
        lines.append(_guide((own_share, own_share), (0, 1), "the region's own share"))
    return lines


def _line(curve: Curve, title: str, palette: Palette, *, dotted: bool = False) -> go.Scatter:
    """Return an estimator's line; a dotted one stands beside its first and is not named again."""
    return go.Scatter(
        x=curve.x,
        y=curve.y,
        name=title,
        legendgroup=title,
        showlegend=not dotted,
        mode="lines",
        line={
            "color": palette.colour(title),
            "dash": "dot" if dotted else palette.dash(title),
            "width": 2,
        },
        hovertemplate="%{y:.2f}",
    )


def _guide(x: Sequence[float], y: Sequence[float], name: str) -> go.Scatter:
    """Return a thin line to read others by."""
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        showlegend=False,
        mode="lines",
        line={"color": FAINT, "dash": "dot", "width": 1},
        hoverinfo="name",
    )
