"""Tables of shades and numbers on paper."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap

from ctviz.core.theme import THEME
from ctviz.viz.charts.model.kinds import HeatTable
from ctviz.viz.charts.model.labels import longest
from ctviz.viz.charts.print.style import INK, LETTER_IN

ROW_IN, CELL_IN, FRAME_IN = 0.2, 0.25, 0.5
INKS = THEME.light
BLUES = LinearSegmentedColormap.from_list("ctviz-blues", INKS.shades)
TWO_WAYS = LinearSegmentedColormap.from_list(
    "ctviz-two-ways", [INKS.opposite, INKS.shades[0], INKS.shades[2]]
)


def heat_height(chart: HeatTable) -> float:
    """Return how tall the chart must be for its rows, in inches."""
    return FRAME_IN + ROW_IN * len(chart.rows) + 0.7 * LETTER_IN * longest(chart.columns)


def heat_width(chart: HeatTable) -> float:
    """Return how wide the chart must be for its numbers and its rows' names, in inches."""
    return LETTER_IN * longest(chart.rows) + CELL_IN * len(chart.columns) + 0.6


def draw_heat(axes: Axes, chart: HeatTable) -> None:
    """Shade the cells and write their numbers into them."""
    shown = np.array(
        [[np.nan if v is None else chart.shade(v) for v in row] for row in chart.values]
    ).reshape(len(chart.rows), len(chart.columns))
    low = -1.0 if chart.scale == "correlation" else 0.0
    colours: Colormap = TWO_WAYS if chart.scale == "correlation" else BLUES
    axes.pcolormesh(shown, cmap=colours, vmin=low, vmax=1.0, edgecolors="#eceef1", linewidth=0.4)
    for (row, column), shade in np.ndenumerate(shown):
        text = chart.text(chart.values[row][column])
        dark = abs(shade) > 0.6
        if text:
            written = axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=6)
            written.set_color("white" if dark else INK)
            written.set_in_layout(False)  # a number never leaves its cell: saves measuring each
    _edges(axes, chart)


def _edges(axes: Axes, chart: HeatTable) -> None:
    axes.set_yticks(np.arange(len(chart.rows)) + 0.5, chart.rows, size=6.5)
    long = longest(chart.columns) > 4
    axes.set_xticks(
        np.arange(len(chart.columns)) + 0.5,
        chart.columns,
        size=6.5,
        rotation=45 if long else 0,
        ha="right" if long else "center",
        rotation_mode="anchor" if long else "default",
    )
    axes.set_ylim(len(chart.rows), 0)
    axes.set_xlabel(chart.x)
    axes.set_ylabel(chart.y)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
