"""The critical-difference diagram on screen, after Demšar, JMLR 7:1-30, 2006."""

from html import escape

import plotly.graph_objects as go

from ctviz.viz.charts.model.difference import DIFFERENCE_AT, Diagram
from ctviz.viz.charts.model.kinds import CriticalDifference, Placed
from ctviz.viz.charts.model.labels import Side, with_number
from ctviz.viz.charts.screen.beside import room_beside, write_beside
from ctviz.viz.charts.screen.cell import NO_AXIS, Cell

ROW_PX, FRAME_PX = 19, 120


def difference_height(chart: CriticalDifference) -> int:
    """Return how tall the chart must be for its names and bars, in pixels."""
    return FRAME_PX + round(ROW_PX * Diagram(chart).rows)


def draw_difference(cell: Cell, chart: CriticalDifference) -> None:
    """Draw the line of ranks, the names on both sides, the bars below the line."""
    diagram = Diagram(chart)
    first, last = diagram.ends
    solid = {"color": cell.inks.text, "dash": "solid"}
    cell.line((first, last), (0.0, 0.0), **solid)
    for rank in diagram.numbers:
        cell.line((rank, rank), (0.0, 0.35), **solid)
        cell.write(f"{rank}", rank, 0.4, yanchor="bottom")
    y = DIFFERENCE_AT
    cell.line((first, first + chart.difference), (y, y), width=2, **solid)
    said = f"critical difference {chart.difference:.2f}"
    cell.write(said, first, y + 0.1, xanchor="left", yanchor="bottom")
    for y, clique in diagram.bars():
        cell.line(clique, (y, y), width=4, **solid)
    for placed, y, end, side in diagram.names():
        _name(cell, placed, (end, y), side)
    reach = room_beside((placed.name for placed in chart.names), last - first)
    cell.axes(
        {**NO_AXIS, "range": [first - reach, last + reach]},
        {**NO_AXIS, "range": [diagram.floor, 3.4]},
    )


def _name(cell: Cell, placed: Placed, at: tuple[float, float], side: Side) -> None:
    rank, look, (edge, y) = f"{placed.rank:.2f}", placed.look, at
    colour = look.on(cell.inks.scheme)
    cell.add(
        go.Scatter(
            x=[placed.rank, placed.rank, edge],
            y=[0, y, y],
            mode="lines+markers",
            name=escape(placed.name),
            showlegend=False,
            line={"color": colour, "width": 1.2},
            marker={"size": [6, 0, 0], "color": colour},
            hovertemplate=f"{escape(placed.name)}: mean rank {rank}<extra></extra>",
        )
    )
    write_beside(cell, with_number(placed.name, rank, side), at, side, look)
