"""Labelled points on screen."""

from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import LabelledPoint, Scatter
from ctviz.viz.charts.model.labels import beside
from ctviz.viz.charts.screen.cell import Cell, dressed, marker
from ctviz.viz.charts.screen.style import FAINT, INK, see_through

LABEL_PX = 10
FRAME_PX = (680.0, 320.0)
"""What the plot is taken to measure while its labels are placed."""


def draw_scatter(cell: Cell, chart: Scatter) -> None:
    """Draw the points, their intervals faint, their names where they hide least."""
    for point in chart.points:
        cell.add(_dot(point, chart))
    x_span = _span(chart.x, [value for p in chart.points for value in (p.x, *(p.x_interval or ()))])
    y_span = _span(chart.y, [value for p in chart.points for value in (p.y, *(p.y_interval or ()))])
    cell.axes(
        dressed(chart.x) | {"range": list(x_span)}, dressed(chart.y) | {"range": list(y_span)}
    )
    _label(cell, [point for point in chart.points if point.name], x_span, y_span)


def _dot(point: LabelledPoint, chart: Scatter) -> go.Scatter:
    why = f"<br>{escape(point.why)}" if point.why else ""
    values = f"{chart.x.title} {chart.x.text(point.x)}, {chart.y.title} {chart.y.text(point.y)}"
    called = f"{escape(point.name)}<br>" if point.name else ""
    return go.Scatter(
        x=[point.x],
        y=[point.y],
        mode="markers",
        name=escape(point.name),
        showlegend=False,
        marker=marker(point.look),
        error_x=_bar(point.x, point.x_interval, point.look.colour),
        error_y=_bar(point.y, point.y_interval, point.look.colour),
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
    points: list[LabelledPoint],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
) -> None:
    if not points:
        return
    frame = np.array(FRAME_PX)
    start, stop = np.array([x_span[0], y_span[0]]), np.array([x_span[1], y_span[1]])
    at = (np.array([(point.x, point.y) for point in points]) - start) / (stop - start) * frame
    sizes = np.array([(0.56 * LABEL_PX * len(point.name), 1.3 * LABEL_PX) for point in points])
    for point, here, centre in zip(points, at, beside(at, sizes, FRAME_PX), strict=True):
        across, up = centre - here
        cell.write(
            escape(point.name),
            point.x,
            point.y,
            xshift=float(across),
            yshift=float(up),
            font={"size": LABEL_PX, "color": FAINT if point.look.control else INK},
        )
