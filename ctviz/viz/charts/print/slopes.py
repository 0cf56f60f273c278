"""Ranks joined by lines on paper."""

from matplotlib.axes import Axes

from ctviz.viz.charts.model.kinds import Slopes
from ctviz.viz.charts.model.labels import longest, with_number
from ctviz.viz.charts.model.slopes import slope_names
from ctviz.viz.charts.print.beside import write_beside
from ctviz.viz.charts.print.style import DASHES, LETTER_IN, MARKERS

ROW_IN, COLUMN_IN, FRAME_IN = 0.165, 1.2, 0.6


def slopes_height(chart: Slopes) -> float:
    """Return how tall the chart must be for its names, in inches."""
    return max(1.8, FRAME_IN + ROW_IN * chart.lowest)


def slopes_width(chart: Slopes) -> float:
    """Return how wide the chart must be for its names on both sides, in inches."""
    letters = longest(slope.name for slope in chart.slopes) + 4
    return 2 * LETTER_IN * letters + COLUMN_IN * len(chart.columns)


def draw_slopes(axes: Axes, chart: Slopes) -> None:
    """Draw a line a name from criterion to criterion, best at the top."""
    last = len(chart.columns) - 1
    for slope in chart.slopes:
        ranks = [(x, rank) for x, rank in enumerate(slope.ranks) if rank is not None]
        look = slope.look
        axes.plot(
            [x for x, _ in ranks],
            [rank for _, rank in ranks],
            color=look.light,
            ls=DASHES[look.dash],
            lw=0.9 if look.control else 1.3,
            marker=MARKERS[look.marker],
            ms=4.2,
            mew=0.8,
            mfc="white" if look.hollow else look.light,
            clip_on=False,
        )
    for slope, rank, at, side in slope_names(chart):
        write_beside(axes, with_number(slope.name, rank, side), at, side, slope.look)
    axes.set_xticks(range(len(chart.columns)), [_broken(name) for name in chart.columns])
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, labelsize=8)
    axes.set_xlim(-0.02, last + 0.02)
    axes.set_ylim(chart.lowest + 0.6, 0.4)
    axes.set_yticks([])
    axes.grid(visible=False, axis="y")
    for edge in ("left", "bottom"):
        axes.spines[edge].set_visible(False)


def _broken(name: str) -> str:
    return name.replace(", ", ",\n")
