"""Ranks joined by lines on paper."""

from matplotlib.axes import Axes

from ctviz.viz.charts.model.kinds import Slopes
from ctviz.viz.charts.model.labels import spread
from ctviz.viz.charts.print.style import DASHES, FAINT, INK, LETTER_IN, MARKERS

ROW_IN, COLUMN_IN, FRAME_IN = 0.165, 1.2, 0.6


def slopes_height(chart: Slopes) -> float:
    """Return how tall the chart must be for its names, in inches."""
    return max(1.8, FRAME_IN + ROW_IN * len(chart.slopes))


def slopes_width(chart: Slopes) -> float:
    """Return how wide the chart must be for its names on both sides, in inches."""
    longest = max((len(slope.name) for slope in chart.slopes), default=0)
    return 2 * LETTER_IN * (longest + 4) + COLUMN_IN * len(chart.columns)


def draw_slopes(axes: Axes, chart: Slopes) -> None:
    """Draw a line a name from criterion to criterion, best at the top."""
    last = len(chart.columns) - 1
    for slope in chart.slopes:
        at = [(x, rank) for x, rank in enumerate(slope.ranks) if rank is not None]
        look = slope.look
        axes.plot(
            [x for x, _ in at],
            [rank for _, rank in at],
            color=look.ink,
            ls=DASHES[look.dash],
            lw=0.9 if look.control else 1.3,
            marker=MARKERS[look.marker],
            ms=4.2,
            mew=0.8,
            mfc="white" if look.hollow else look.ink,
            clip_on=False,
        )
    _names(axes, chart, 0, "right")
    _names(axes, chart, last, "left")
    axes.set_xticks(range(len(chart.columns)), [_broken(name) for name in chart.columns])
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, labelsize=8)
    axes.set_xlim(-0.02, last + 0.02)
    axes.set_ylim(len(chart.slopes) + 0.6, 0.4)
    axes.set_yticks([])
    axes.grid(visible=False, axis="y")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _names(axes: Axes, chart: Slopes, column: int, side: str) -> None:
    """Write every name and rank beside the first or the last column."""
    found = [(s, rank) for s in chart.slopes if (rank := s.ranks[column]) is not None]
    heights = spread([rank for _, rank in found], 0.95)
    for (slope, rank), height in zip(found, heights, strict=True):
        text = f"{slope.name}  {rank:g}" if side == "right" else f"{rank:g}  {slope.name}"
        axes.annotate(
            text,
            (column, height),
            xytext=(-7 if side == "right" else 7, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            size=7,
            color=FAINT if slope.look.control else INK,
        )


def _broken(name: str) -> str:
    return name.replace(", ", ",\n")
