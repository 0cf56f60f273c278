"""Ranks joined by lines on screen."""

from html import escape

import plotly.graph_objects as go

from ctviz.core.theme import Inks
from ctviz.viz.charts.model.kinds import Slope, Slopes
from ctviz.viz.charts.model.labels import with_number
from ctviz.viz.charts.model.slopes import slope_names
from ctviz.viz.charts.screen.beside import room_beside, write_beside
from ctviz.viz.charts.screen.cell import NO_AXIS, Cell, marker

ROW_PX, FRAME_PX = 19, 110


def slopes_height(chart: Slopes) -> int:
    """Return how tall the chart must be for its names, in pixels."""
    return round(FRAME_PX + ROW_PX * chart.lowest)


def draw_slopes(cell: Cell, chart: Slopes) -> None:
    """Draw a line a name from criterion to criterion, best at the top."""
    last = len(chart.columns) - 1
    for slope in chart.slopes:
        cell.add(_line(slope, chart.columns, cell.inks))
    for x, name in enumerate(chart.columns):
        cell.write(f"<b>{escape(name)}</b>", x, 0.2, yanchor="bottom", font={"size": 11})
    for slope, rank, at, side in slope_names(chart):
        write_beside(cell, with_number(slope.name, rank, side), at, side, slope.look)
    reach = room_beside((slope.name for slope in chart.slopes), max(1, last))
    cell.axes(
        {**NO_AXIS, "range": [-reach, last + reach]},
        {**NO_AXIS, "range": [chart.lowest + 0.7, -0.8]},
    )


def _line(slope: Slope, columns: tuple[str, ...], inks: Inks) -> go.Scatter:
    look = slope.look
    return go.Scatter(
        x=list(range(len(columns))),
        y=slope.ranks,
        mode="lines+markers",
        name=escape(slope.name),
        showlegend=False,
        connectgaps=True,
        line={"color": look.on(inks.scheme), "dash": look.dash, "width": 1.6},
        marker=marker(look, inks, 8),
        text=[escape(column) for column in columns],
        hovertemplate=f"{escape(slope.name)}<br>%{{text}}: rank %{{y:.3g}}<extra></extra>",
    )
