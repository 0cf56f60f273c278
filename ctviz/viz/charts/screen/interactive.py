"""A chart as a plotly figure, for a dark or a light page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctviz.core.theme import THEME, Inks
from ctviz.viz.charts.model.grid import PanelGrid
from ctviz.viz.charts.model.kinds import (
    Chart,
    CriticalDifference,
    CurveChart,
    Dots,
    HeatTable,
    Panel,
    Picture,
    Scatter,
    Slopes,
)
from ctviz.viz.charts.screen.cell import Cell
from ctviz.viz.charts.screen.curves import draw_curves
from ctviz.viz.charts.screen.difference import difference_height, draw_difference
from ctviz.viz.charts.screen.dots import dots_height, draw_dots
from ctviz.viz.charts.screen.heat import draw_heat, heat_height
from ctviz.viz.charts.screen.picture import draw_picture, picture_height
from ctviz.viz.charts.screen.scatter import draw_scatter
from ctviz.viz.charts.screen.slopes import draw_slopes, slopes_height
from ctviz.viz.charts.screen.style import dress

PLEASANT_PX = {1: 420, 2: 340}
LEGEND_ROW_PX, TITLE_PX, HEAD_PX, NOTE_PX, AXIS_PX = 18, 56, 40, 16, 38
APART = 0.06
"""Of the figure's width, between two panels."""


def interactive(chart: Chart, *, height: int | None = None, inks: Inks = THEME.dark) -> go.Figure:
    """Return the chart as a figure for the page.

    Parameters
    ----------
    height
        Of the whole figure in pixels; None for as tall as is pleasant, or as its names need.
    inks
        Of the page that it stands on.
    """
    grid = PanelGrid.of(chart)
    heights = [max(_height(panel, grid.across) for panel in row) for row in grid.rows]
    figure = make_subplots(
        rows=len(heights),
        cols=grid.across,
        row_heights=heights,
        horizontal_spacing=APART,
        vertical_spacing=min(0.2, 70 / sum(heights)),
    )
    for place, panel in enumerate(grid.panels):
        row, column = divmod(place, grid.across)
        cell = Cell(figure, inks, row + 1, column + 1)
        if panel is not chart:
            cell.head(panel.title, panel.note)
        _DRAWINGS[type(panel)].draw(cell, panel)
        if grid.is_named(place):
            figure.update_yaxes(showticklabels=False, row=cell.row, col=cell.column)
    return _dressed(figure, chart, (sum(heights), height), inks)


def _height(panel: Panel, across: int) -> int:
    height = _DRAWINGS[type(panel)].height
    return height(panel) if height else PLEASANT_PX.get(across, 260)


def _dressed(
    figure: go.Figure, chart: Chart, heights: tuple[int, int | None], inks: Inks
) -> go.Figure:
    needed, asked = heights
    rows = -(-sum(bool(trace.showlegend) for trace in figure.data) // 4)
    above = TITLE_PX if chart.title else 0
    if above and any(panel.note for panel in PanelGrid.of(chart).panels if panel is not chart):
        above += NOTE_PX
    return figure.update_layout(
        height=asked or needed + above + LEGEND_ROW_PX * rows,
        margin={
            "l": 10,
            "r": 10,
            "t": above + 14 if chart.title else HEAD_PX,
            "b": AXIS_PX + LEGEND_ROW_PX * rows,
        },
        title=_title(chart, inks),
        **dress(inks),
        showlegend=rows > 0,
    )


def _title(chart: Chart, inks: Inks) -> dict[str, Any]:
    note = f"<br><span style='font-size:11px;color:{inks.faint}'>{escape(chart.note)}</span>"
    return {
        "text": escape(chart.title) + (note if chart.note else ""),
        "font": {"size": 14},
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"t": 20, "l": 4},
    }


@dataclass(frozen=True)
class _ScreenKind:
    """How a kind is drawn, and how tall it must be for its names, in pixels."""

    draw: Callable[[Cell, Any], None]
    height: Callable[[Any], int] | None = None


_DRAWINGS: Mapping[type[Any], _ScreenKind] = {
    CurveChart: _ScreenKind(draw_curves),
    Scatter: _ScreenKind(draw_scatter),
    Dots: _ScreenKind(draw_dots, dots_height),
    Slopes: _ScreenKind(draw_slopes, slopes_height),
    CriticalDifference: _ScreenKind(draw_difference, difference_height),
    HeatTable: _ScreenKind(draw_heat, heat_height),
    Picture: _ScreenKind(draw_picture, picture_height),
}
