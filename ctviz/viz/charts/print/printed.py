"""A chart as a matplotlib figure, for print."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
from ctviz.viz.charts.model.labels import longest
from ctviz.viz.charts.print.curves import draw_curves
from ctviz.viz.charts.print.difference import difference_height, difference_width, draw_difference
from ctviz.viz.charts.print.dots import dots_height, draw_dots
from ctviz.viz.charts.print.heat import draw_heat, heat_height, heat_width
from ctviz.viz.charts.print.picture import draw_picture, picture_height
from ctviz.viz.charts.print.scatter import draw_scatter, label_points, scatter_height
from ctviz.viz.charts.print.slopes import draw_slopes, slopes_height, slopes_width
from ctviz.viz.charts.print.style import WIDTH_IN, print_style

LEGEND_ROW_IN, TITLE_IN = 0.17, 0.2
PLEASANT = 0.82
"""The height of a chart without rows, as a share of its width."""


def printed(chart: Chart) -> Figure:
    """Return the chart as a figure for print: white ground, as large as what it holds."""
    grid = PanelGrid.of(chart)
    heights = [max(_height(panel, grid.across) for panel in row) for row in grid.rows]
    width = max(WIDTH_IN, max(_width(panel) for panel in grid.panels))
    with print_style():
        figure = Figure(figsize=(width, sum(heights) + TITLE_IN), layout="constrained")
        cells = figure.subplots(len(heights), grid.across, squeeze=False, height_ratios=heights)
        drawn = list(zip(cells.flat, grid.panels, strict=False))
        for place, (axes, panel) in enumerate(drawn):
            if panel is not chart:
                axes.set_title(panel.title)
            _DRAWINGS[type(panel)].draw(axes, panel)
            if grid.is_named(place):
                axes.set_yticklabels([])
        for axes in cells.flat[len(grid.panels) :]:
            axes.set_axis_off()
        if chart.title:
            figure.suptitle(chart.title, x=0.008, ha="left", weight="bold", size=9)
        _legend(figure)
        _label(figure, drawn)
    return figure


def _height(panel: Panel, across: int) -> float:
    """Return how tall a panel is: as tall as its rows, or of a pleasant shape."""
    height = _DRAWINGS[type(panel)].height
    pleasant = PLEASANT * WIDTH_IN / max(across, 1.4)
    return max(height(panel), pleasant if across > 1 else 0.0) if height else pleasant


def _width(panel: Panel) -> float:
    width = _DRAWINGS[type(panel)].width
    return width(panel) if width else 0.0


def _legend(figure: Figure) -> None:
    """Name every line once, below all panels."""
    named: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            named.setdefault(name, handle)
    if not named:
        return
    letters = longest(named) + 8
    across = max(1, min(5, len(named), int(figure.get_figwidth() * 15 / letters)))
    figure.set_figheight(figure.get_figheight() + LEGEND_ROW_IN * math.ceil(len(named) / across))
    figure.legend(
        named.values(), named.keys(), loc="outside lower center", ncols=across, handlelength=3.2
    )


def _label(figure: Figure, drawn: list[tuple[Axes, Panel]]) -> None:
    """Place the labels of points, which needs the axes to stand still."""
    if any(isinstance(panel, Scatter) for _, panel in drawn):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    for axes, panel in drawn:
        if isinstance(panel, Scatter):
            label_points(axes, panel)


@dataclass(frozen=True)
class _PrintedKind:
    """How a kind is drawn, and how large it must be for its names, in inches."""

    draw: Callable[[Axes, Any], None]
    height: Callable[[Any], float] | None = None
    width: Callable[[Any], float] | None = None


_DRAWINGS: Mapping[type[Any], _PrintedKind] = {
    CurveChart: _PrintedKind(draw_curves),
    Scatter: _PrintedKind(draw_scatter, scatter_height),
    Dots: _PrintedKind(draw_dots, dots_height),
    Slopes: _PrintedKind(draw_slopes, slopes_height, slopes_width),
    CriticalDifference: _PrintedKind(draw_difference, difference_height, difference_width),
    HeatTable: _PrintedKind(draw_heat, heat_height, heat_width),
    Picture: _PrintedKind(draw_picture, picture_height),
}
