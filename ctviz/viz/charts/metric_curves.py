"""The curves behind the scores, one look for each estimator."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import plotly.graph_objects as go

from ctviz.core import Curve, CurvePanel
from ctviz.core.look import Look
from ctviz.core.theme import THEME, Inks
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import PLAIN, CurveChart, Line, Multiples
from ctviz.viz.charts.screen import interactive

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
    looks: Mapping[str, Look],
    *,
    own_share: float | None = None,
    legend: bool = True,
    inks: Inks = THEME.dark,
) -> go.Figure:
    """Plot the curves behind metrics side by side; a click on a name hides it in all of them.

    Parameters
    ----------
    pictures
        One for each metric.
    looks
        By the estimator's title.
    own_share
        The region's share of the image, where the headline Dice is read; drawn as a thin line.
    inks
        Of the page that it stands on.
    """
    chart = metric_chart(pictures, looks, own_share=own_share)
    figure = interactive(chart, height=HEIGHT_PX, inks=inks)
    return figure if legend else figure.update_layout(showlegend=False)


def metric_chart(
    pictures: Sequence[CurvePicture],
    looks: Mapping[str, Look],
    *,
    own_share: float | None = None,
) -> Multiples:
    """Describe the curves behind metrics, a panel for each."""
    panels = tuple(_panel(picture, looks, own_share) for picture in pictures)
    return Multiples("", "", panels, across=len(panels))


def _panel(picture: CurvePicture, looks: Mapping[str, Look], share: float | None) -> CurveChart:
    panel = picture.panel
    return CurveChart(
        panel.title,
        panel.note,
        Axis(panel.x, span=panel.x_range, percent=panel.percent),
        Axis(panel.y, span=panel.y_range),
        tuple(_lines(picture, looks, share)) if any(picture.curves.values()) else (),
        panel.missing,
    )


def _lines(picture: CurvePicture, looks: Mapping[str, Look], share: float | None) -> Iterator[Line]:
    panel = picture.panel
    if panel.guide == "guessing":
        yield Line("guessing", (0.0, 1.0), (0.0, 1.0), faint=True)
    for title, curves in picture.curves.items():
        for name, curve in curves.items():
            x, y = tuple(map(float, curve.x)), tuple(map(float, curve.y))
            yield Line(title, x, y, look=looks.get(title, PLAIN), beside=name in panel.beside)
    if panel.guide == "own share" and share is not None:
        yield Line("the region's own share", (share, share), (0.0, 1.0), faint=True)
