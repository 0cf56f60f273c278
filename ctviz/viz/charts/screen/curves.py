"""Curves and their bands on screen."""

from html import escape

import plotly.graph_objects as go

from ctviz.core.look import Scheme
from ctviz.viz.charts.model.kinds import BESIDE_DASH, CurveChart, Line
from ctviz.viz.charts.model.labels import in_lines
from ctviz.viz.charts.screen.cell import INSIDE, Cell, dressed
from ctviz.viz.charts.screen.style import see_through


def draw_curves(cell: Cell, chart: CurveChart) -> None:
    """Draw curves, their bands faint below all of them, or say what is missing."""
    for line in chart.lines:
        if line.low:
            cell.add(_band(line, cell.inks.scheme))
    for line in chart.lines:
        if line.faint:
            cell.line(line.x, line.y, line.name)
        else:
            cell.add(_curve(line, cell.inks.scheme))
    if not chart.lines:
        cell.add(go.Scatter(x=[None], y=[None], showlegend=False))  # or there would be no axes
        missing = escape(in_lines(chart.missing)).replace("\n", "<br>")
        cell.write(missing, 0.5, 0.5, **INSIDE, font={"size": 11, "color": cell.inks.faint})
    cell.axes(dressed(chart.x, cell.inks), dressed(chart.y, cell.inks))


def _band(line: Line, scheme: Scheme) -> go.Scatter:
    return go.Scatter(
        x=[*line.x, *reversed(line.x)],
        y=[*line.high, *reversed(line.low)],
        legendgroup=line.name,
        showlegend=False,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=see_through(line.look.on(scheme), 0.1),
        hoverinfo="skip",
    )


def _curve(line: Line, scheme: Scheme) -> go.Scatter:
    return go.Scatter(
        x=line.x,
        y=line.y,
        name=escape(line.name),
        legendgroup=line.name,
        showlegend=not line.beside,
        mode="lines",
        line={
            "color": line.look.on(scheme),
            "dash": BESIDE_DASH if line.beside else line.look.dash,
            "width": 2,
        },
        hovertemplate="%{y:.3f}",
    )
