"""The curves behind the scores, one colour per estimator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import plotly.graph_objects as go

from ctviz.core import Curve, CurvePanel
from ctviz.viz.images.palette import Palette
from ctviz.viz.panels import FAINT, framed

CurvesByTitle: TypeAlias = Mapping[str, Mapping[str, Curve]]
"""For each estimator's title its curves by name."""

HEIGHT_PX = 300


@dataclass(frozen=True, eq=False)
class CurvePicture:
    """The curves behind one metric and the frame that they stand in.

    Parameters
    ----------
    panel
        The frame.
    curves
        Empty where the frame is to say what is missing.
    """

    panel: CurvePanel
    curves: CurvesByTitle


def metric_curves(
    pictures: Sequence[CurvePicture],
    *,
    own_share: float | None = None,
    palette: Palette | None = None,
    legend: bool = True,
) -> go.Figure:
    """Plot the curves behind metrics side by side; a click on a name hides it in all of them.

    Parameters
    ----------
    pictures
        One for each metric.
    own_share
        The region's share of the image, where the headline Dice is read; drawn as a thin line.
    """
    palette = palette or Palette.of(
        dict.fromkeys(title for picture in pictures for title in picture.curves)
    )
    plots = [(picture.panel, _lines(picture, palette, own_share)) for picture in pictures]
    return framed(plots, height=HEIGHT_PX, legend=legend)


def _lines(picture: CurvePicture, palette: Palette, own_share: float | None) -> list[go.Scatter]:
    panel = picture.panel
    lines = [
        _line(curve, title, palette, dotted=name in panel.beside)
        for title, curves in picture.curves.items()
        for name, curve in curves.items()
    ]
    if lines and panel.guide == "guessing":
        lines.insert(0, _guide((0, 1), (0, 1), "guessing"))
    if lines and panel.guide == "own share" and own_share is not None:
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
