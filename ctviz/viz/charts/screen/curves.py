"""Curves and their bands on screen."""

import plotly.graph_objects as go

from ctviz.viz.charts.model.kinds import CurveChart, Line
from ctviz.viz.charts.screen.cell import Cell, dressed, see_through


def draw_curves(cell: Cell, chart: CurveChart) -> None:
    """Draw curves, their bands faint below all of them."""
    for line in chart.lines:
        if line.low:
            cell.add(_band(line))
    for line in chart.lines:
        if line.faint:
            cell.line(line.x, line.y)
        else:
            cell.add(_curve(line))
    cell.axes(dressed(chart.x), dressed(chart.y))


def _band(line: Line) -> go.Scatter:
    return go.Scatter(
        x=[*line.x, *reversed(line.x)],
        y=[*line.high, *reversed(line.low)],
        name=line.name,
        legendgroup=line.name,
        showlegend=False,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=see_through(line.look.colour, 0.1),
        hoverinfo="skip",
    )


def _curve(line: Line) -> go.Scatter:
    return go.Scatter(
        x=line.x,
        y=line.y,
        name=line.name,
        showlegend=True,
        mode="lines",
        line={"color": line.look.colour, "dash": line.look.dash, "width": 1.8},
        hovertemplate="%{y:.3f}",
    )
