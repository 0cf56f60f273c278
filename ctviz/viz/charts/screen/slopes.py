"""Ranks joined by lines on screen."""

from html import escape

import plotly.graph_objects as go

from ctviz.viz.charts.model.kinds import Slope, Slopes
from ctviz.viz.charts.model.labels import spread
from ctviz.viz.charts.screen.cell import NO_AXIS, Cell, marker
from ctviz.viz.panels import FAINT, INK

ROW_PX, LETTER_PX, FRAME_PX = 19, 5.7, 110
PAGE_PX = 880
"""What the chart is taken to be wide while room is made for its names."""


def slopes_height(chart: Slopes) -> int:
    """Return how tall the chart must be for its names, in pixels."""
    return FRAME_PX + ROW_PX * len(chart.slopes)


def draw_slopes(cell: Cell, chart: Slopes) -> None:
    """Draw a line a name from criterion to criterion, best at the top."""
    last = len(chart.columns) - 1
    for slope in chart.slopes:
        cell.add(_line(slope, chart.columns))
    for x, name in enumerate(chart.columns):
        cell.write(f"<b>{escape(name)}</b>", x, 0.2, yanchor="bottom", font={"size": 11})
    _names(cell, chart, 0, "right")
    _names(cell, chart, last, "left")
    longest = LETTER_PX * (4 + max((len(slope.name) for slope in chart.slopes), default=0))
    reach = max(1, last) * longest / max(PAGE_PX - 2 * longest, PAGE_PX / 4)
    cell.axes(
        {**NO_AXIS, "range": [-reach, last + reach]},
        {**NO_AXIS, "range": [len(chart.slopes) + 0.7, -0.8]},
    )


def _line(slope: Slope, columns: tuple[str, ...]) -> go.Scatter:
    look = slope.look
    return go.Scatter(
        x=list(range(len(columns))),
        y=slope.ranks,
        mode="lines+markers",
        name=slope.name,
        showlegend=False,
        connectgaps=True,
        line={"color": look.colour, "dash": look.dash, "width": 1.6},
        marker=marker(look, 8),
        text=[escape(column) for column in columns],
        hovertemplate=f"{escape(slope.name)}<br>%{{text}}: rank %{{y:.3g}}<extra></extra>",
    )


def _names(cell: Cell, chart: Slopes, column: int, side: str) -> None:
    """Write every name and rank beside the first or the last column."""
    found = [(s, rank) for s in chart.slopes if (rank := s.ranks[column]) is not None]
    heights = spread([rank for _, rank in found], 0.9)
    for (slope, rank), height in zip(found, heights, strict=True):
        name = escape(slope.name)
        cell.write(
            f"{name}  {rank:g}" if side == "right" else f"{rank:g}  {name}",
            column,
            height,
            xanchor=side,
            xshift=-9 if side == "right" else 9,
            font={"size": 10, "color": FAINT if slope.look.control else INK},
        )
