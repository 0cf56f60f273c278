"""A chart as a plotly figure, for a dark page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctviz.viz.charts.model.kinds import (
    Chart,
    CriticalDifference,
    CurveChart,
    Dots,
    HeatTable,
    Multiples,
    Panel,
    Scatter,
    Slopes,
    same_rows,
)
from ctviz.viz.charts.screen.cell import Cell
from ctviz.viz.charts.screen.curves import draw_curves
from ctviz.viz.charts.screen.difference import difference_height, draw_difference
from ctviz.viz.charts.screen.dots import dots_height, draw_dots
from ctviz.viz.charts.screen.heat import draw_heat, heat_height
from ctviz.viz.charts.screen.scatter import draw_scatter
from ctviz.viz.charts.screen.slopes import draw_slopes, slopes_height
from ctviz.viz.panels import DRESS, FAINT, INK

PLEASANT_PX = {1: 420, 2: 340}
LEGEND_ROW_PX, TITLE_PX = 18, 56


def interactive(chart: Chart) -> go.Figure:
    """Return the chart as a figure for the page."""
    panels = chart.panels if isinstance(chart, Multiples) else (chart,)
    across = max(1, min(chart.across, len(panels))) if isinstance(chart, Multiples) else 1
    heights = [
        max(_height(panel, across) for panel in panels[start : start + across])
        for start in range(0, len(panels), across)
    ]
    single = panels == (chart,)
    figure = make_subplots(
        rows=len(heights),
        cols=across,
        row_heights=heights,
        subplot_titles=None if single else [escape(panel.title) for panel in panels],
        horizontal_spacing=0.1 / across,
        vertical_spacing=min(0.2, 70 / sum(heights)),
    )
    figure.update_annotations(font={"size": 12, "color": INK})
    for place, panel in enumerate(panels):
        row, column = divmod(place, across)
        cell = Cell(figure, row + 1, column + 1)
        _DRAWINGS[type(panel)].draw(cell, panel)
        if column and same_rows(panel, panels[place - 1]):
            figure.update_yaxes(showticklabels=False, row=cell.row, col=cell.column)
    return _dressed(figure, chart, sum(heights))


def _height(panel: Panel, across: int) -> int:
    height = _DRAWINGS[type(panel)].height
    return height(panel) if height else PLEASANT_PX.get(across, 260)


def _dressed(figure: go.Figure, chart: Chart, height: int) -> go.Figure:
    named = [trace.name for trace in figure.data if trace.showlegend]
    rows = -(-len(named) // 4) if len(named) > 1 else 0
    note = f"<br><span style='font-size:11px;color:{FAINT}'>{escape(chart.note)}</span>"
    below = 50 + LEGEND_ROW_PX * rows
    return figure.update_layout(
        height=height + TITLE_PX + LEGEND_ROW_PX * rows,
        margin={"l": 10, "r": 10, "t": TITLE_PX + 14, "b": below},
        title={
            "text": f"{escape(chart.title)}{note}",
            "font": {"size": 14},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 20, "l": 4},
        },
        **DRESS,
        showlegend=rows > 0,
    )


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
}
