"""The curves behind the scores, one colour per estimator."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ctviz.core import Curve
from ctviz.viz.palette import Palette
from ctviz.viz.panels import FAINT, Panel, dressed, single

CurvesByTitle = Mapping[str, Curve]
"""A curve for each estimator's title."""

DICE = Panel("Dice", "over the share of the image kept", "share kept", "Dice")
ROC = Panel("ROC", "against the drawn region", "false positive rate", "true positive rate")
FIDELITY = Panel(
    "Fidelity",
    "solid: most important pixels removed first · dotted: least important first",
    "share removed",
    "probability",
)


def dice_curves(
    curves: CurvesByTitle,
    *,
    own_share: float | None = None,
    palette: Palette | None = None,
    legend: bool = True,
) -> go.Figure:
    """Plot Dice over the share of the image kept.

    Parameters
    ----------
    own_share
        The region's share of the image, where the headline Dice is read; drawn as a thin line.
    """
    traces = _dice(curves, own_share, palette or Palette.of(curves))
    return single(DICE, traces, legend=legend)


def roc_curves(
    curves: CurvesByTitle, *, palette: Palette | None = None, legend: bool = True
) -> go.Figure:
    """Plot the true over the false positive rate, with the diagonal of guessing."""
    return single(ROC, _roc(curves, palette or Palette.of(curves)), legend=legend)


def fidelity_curves(
    mif: CurvesByTitle,
    lif: CurvesByTitle,
    *,
    palette: Palette | None = None,
    legend: bool = True,
) -> go.Figure:
    """Plot the class's probability while pixels are removed, in both orders."""
    return single(FIDELITY, _fidelity(mif, lif, palette or Palette.of(mif)), legend=legend)


def curve_overview(
    dice: CurvesByTitle,
    roc: CurvesByTitle,
    fidelity: tuple[CurvesByTitle, CurvesByTitle],
    *,
    own_share: float | None = None,
    palette: Palette | None = None,
) -> go.Figure:
    """Plot the three side by side under one legend; a click on it hides an estimator in all.

    Without a drawing ``dice`` and ``roc`` are empty, and their plots say so. ``fidelity`` holds
    the curves of the most and of the least important first.
    """
    palette = palette or Palette.of(dict.fromkeys([*fidelity[0], *roc, *dice]))
    panels = (DICE, ROC, FIDELITY)
    columns = (_dice(dice, own_share, palette), _roc(roc, palette), _fidelity(*fidelity, palette))
    figure = make_subplots(
        rows=1,
        cols=3,
        subplot_titles=[panel.heading() for panel in panels],
        horizontal_spacing=0.06,
    )
    named: set[str] = set()
    for column, (panel, traces) in enumerate(zip(panels, columns, strict=True), start=1):
        for trace in traces:
            repeated = trace.legendgroup in named
            figure.add_trace(trace.update(showlegend=trace.showlegend and not repeated), 1, column)
            named.add(trace.legendgroup)
        figure.update_xaxes(panel.x_axis(), row=1, col=column)
        figure.update_yaxes(panel.y_axis(), row=1, col=column)
    return dressed(figure, height=300, legend=True)


def _dice(curves: CurvesByTitle, own_share: float | None, palette: Palette) -> list[go.Scatter]:
    traces = [_line(curve, title, palette) for title, curve in curves.items()]
    if own_share is not None:
        traces.append(_guide([own_share, own_share], [0, 1], "the region's own share"))
    return traces


def _roc(curves: CurvesByTitle, palette: Palette) -> list[go.Scatter]:
    traces = [_line(curve, title, palette) for title, curve in curves.items()]
    return [_guide([0, 1], [0, 1], "guessing"), *traces]


def _fidelity(mif: CurvesByTitle, lif: CurvesByTitle, palette: Palette) -> list[go.Scatter]:
    most = [_line(curve, title, palette) for title, curve in mif.items()]
    least = [
        _line(curve, title, palette).update(line_dash="dot", showlegend=False)
        for title, curve in lif.items()
    ]
    return most + least


def _line(curve: Curve, title: str, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=curve.x,
        y=curve.y,
        name=title,
        legendgroup=title,
        showlegend=True,
        mode="lines",
        line={"color": palette.colour(title), "dash": palette.dash(title), "width": 2},
        hovertemplate="%{y:.2f}",
    )


def _guide(x: Sequence[float] | NDArray[np.float64], y: Sequence[float], name: str) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        showlegend=False,
        mode="lines",
        line={"color": FAINT, "dash": "dot", "width": 1},
        hoverinfo="name",
    )
