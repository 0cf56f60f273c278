"""Labelled points on screen."""

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ctviz.core.theme import Inks
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import LabelledPoint, Scatter
from ctviz.viz.charts.model.labels import LED_REACHES, beside, is_away
from ctviz.viz.charts.screen.cell import Cell, dressed, marker
from ctviz.viz.charts.screen.style import see_through

LABEL_PX = 10
FRAME_PX = (1280.0, 366.0)
"""What the plot is taken to measure while its labels are placed: as on a screen of 1366 pixels."""
LEADER: Mapping[str, Any] = MappingProxyType(
    {"arrowhead": 0, "arrowwidth": 0.6, "standoff": 5, "borderpad": 0}
)


def draw_scatter(cell: Cell, chart: Scatter) -> None:
    """Draw the points, their intervals faint, their names where they hide least."""
    for point in chart.points:
        cell.add(_dot(point, chart, cell.inks))
    x_span = _span(chart.x, [value for p in chart.points for value in (p.x, *(p.x_interval or ()))])
    y_span = _span(chart.y, [value for p in chart.points for value in (p.y, *(p.y_interval or ()))])
    cell.axes(
        dressed(chart.x, cell.inks) | {"range": list(x_span)},
        dressed(chart.y, cell.inks) | {"range": list(y_span)},
    )
    _label(cell, chart.points, x_span, y_span)


def _dot(point: LabelledPoint, chart: Scatter, inks: Inks) -> go.Scatter:
    colour = point.look.on(inks.scheme)
    why = f"<br>{escape(point.why)}" if point.why else ""
    values = f"{chart.x.title} {chart.x.text(point.x)}, {chart.y.title} {chart.y.text(point.y)}"
    called = f"{escape(point.name)}<br>" if point.name else ""
    return go.Scatter(
        x=[point.x],
        y=[point.y],
        mode="markers",
        name=escape(point.name),
        showlegend=False,
        marker=marker(point.look, inks),
        error_x=_bar(point.x, point.x_interval, colour),
        error_y=_bar(point.y, point.y_interval, colour),
        hovertemplate=f"{called}{escape(values)}{why}<extra></extra>",
    )


def _bar(value: float, interval: tuple[float, float] | None, colour: str) -> dict[str, Any] | None:
    if interval is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [interval[1] - value],
        "arrayminus": [value - interval[0]],
        "thickness": 1,
        "width": 0,
        "color": see_through(colour, 0.5),
    }


def _span(axis: Axis, values: list[float]) -> tuple[float, float]:
    low, high = axis.span or (min(values, default=0.0), max(values, default=1.0))
    margin = 0.07 * ((high - low) or 1.0)
    return low - margin, high + margin


def _label(
    cell: Cell,
    drawn: Sequence[LabelledPoint],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
) -> None:
    """Write the names of the points that have one, with a thin leader if that is away."""
    points = [point for point in drawn if point.name]
    if not points:
        return
    frame = np.array(FRAME_PX)
    start, stop = np.array([x_span[0], y_span[0]]), np.array([x_span[1], y_span[1]])
    scale = frame / (stop - start)
    at = (np.array([(point.x, point.y) for point in points]) - start) * scale
    bars = np.reshape([bar for point in drawn for bar in point.bars], (-1, 2, 2))
    sizes = np.array([(0.56 * LABEL_PX * len(point.name), 1.3 * LABEL_PX) for point in points])
    centres = beside(at, sizes, FRAME_PX, LED_REACHES, (bars - start) * scale)
    leader = {**LEADER, "arrowcolor": cell.inks.faint}
    for point, here, size, centre in zip(points, at, sizes, centres, strict=True):
        across, up = map(float, centre - here)
        place: dict[str, Any] = {"xshift": across, "yshift": up}
        if is_away(here, size, centre, 1.2 * LABEL_PX):
            place = {"showarrow": True, "ax": across, "ay": -up, **leader}
        font = {"size": LABEL_PX, "color": cell.letters(point.look)}
        cell.write(escape(point.name), point.x, point.y, font=font, **place)
