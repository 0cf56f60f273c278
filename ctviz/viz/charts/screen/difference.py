"""The critical-difference diagram on screen, after Demšar, JMLR 7:1-30, 2006."""

import math
from html import escape

import plotly.graph_objects as go

from ctviz.viz.charts.model.kinds import CriticalDifference, Placed
from ctviz.viz.charts.screen.cell import NO_AXIS, Cell
from ctviz.viz.charts.screen.slopes import LETTER_PX, PAGE_PX
from ctviz.viz.panels import FAINT, INK

ROW_PX, FRAME_PX = 19, 120
BAR_ROWS = 0.42  # one bar's share of a name's row


def difference_height(chart: CriticalDifference) -> int:
    """Return how tall the chart must be for its names and bars, in pixels."""
    rows = math.ceil(len(chart.names) / 2) + BAR_ROWS * len(chart.cliques)
    return FRAME_PX + round(ROW_PX * rows)


def draw_difference(cell: Cell, chart: CriticalDifference) -> None:
    """Draw the line of ranks, the better half's names on the left, the bars below the line."""
    names = sorted(chart.names, key=lambda placed: placed.rank)
    last = max(2, len(names))
    solid = {"color": INK, "dash": "solid"}
    cell.line((1.0, float(last)), (0.0, 0.0), **solid)
    every = max(1, math.ceil(last / 16))
    for rank in range(1, last + 1, every):
        cell.line((rank, rank), (0.0, 0.35), **solid)
        cell.write(f"{rank}", rank, 0.4, yanchor="bottom")
    cell.line((1.0, 1.0 + chart.difference), (2.0, 2.0), width=2, **solid)
    cell.write(
        f"critical difference {chart.difference:.2f}", 1.0, 2.1, xanchor="left", yanchor="bottom"
    )
    for place, clique in enumerate(chart.cliques):
        y = -BAR_ROWS * (place + 1)
        cell.line(clique, (y, y), width=4, **solid)
    floor, half = BAR_ROWS * len(chart.cliques) + 0.9, math.ceil(len(names) / 2)
    for row, placed in enumerate(names[:half]):
        _name(cell, placed, -(floor + row), 1.0, "right")
    for row, placed in enumerate(reversed(names[half:])):
        _name(cell, placed, -(floor + row), float(last), "left")
    longest = LETTER_PX * (6 + max((len(placed.name) for placed in names), default=0))
    reach = (last - 1) * longest / max(PAGE_PX - 2 * longest, PAGE_PX / 4)
    cell.axes(
        {**NO_AXIS, "range": [1 - reach, last + reach]},
        {**NO_AXIS, "range": [-(floor + half), 3.4]},
    )


def _name(cell: Cell, placed: Placed, y: float, edge: float, side: str) -> None:
    name, rank, look = escape(placed.name), f"{placed.rank:.2f}", placed.look
    cell.add(
        go.Scatter(
            x=[placed.rank, placed.rank, edge],
            y=[0, y, y],
            mode="lines+markers",
            name=placed.name,
            showlegend=False,
            line={"color": look.colour, "width": 1.2},
            marker={"size": [6, 0, 0], "color": look.colour},
            hovertemplate=f"{name}: mean rank {rank}<extra></extra>",
        )
    )
    cell.write(
        f"{name}  {rank}" if side == "right" else f"{rank}  {name}",
        edge,
        y,
        xanchor=side,
        xshift=-4 if side == "right" else 4,
        font={"size": 10, "color": FAINT if look.control else INK},
    )
