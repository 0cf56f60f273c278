"""The critical-difference diagram on paper, after Demšar, JMLR 7:1-30, 2006."""

import math

from matplotlib.axes import Axes

from ctviz.viz.charts.model.kinds import CriticalDifference, Placed
from ctviz.viz.charts.print.style import FAINT, INK, LETTER_IN

ROW_IN, LINE_IN, FRAME_IN = 0.17, 3.4, 0.9
BAR_ROWS = 0.42  # one bar's share of a name's row


def difference_height(chart: CriticalDifference) -> float:
    """Return how tall the chart must be for its names and bars, in inches."""
    rows = math.ceil(len(chart.names) / 2) + BAR_ROWS * len(chart.cliques)
    return FRAME_IN + ROW_IN * rows


def difference_width(chart: CriticalDifference) -> float:
    """Return how wide the chart must be for its names on both sides, in inches."""
    longest = max((len(placed.name) for placed in chart.names), default=0)
    return 2 * LETTER_IN * (longest + 6) + LINE_IN


def draw_difference(axes: Axes, chart: CriticalDifference) -> None:
    """Draw the line of ranks, the better half's names on the left, the bars below the line."""
    names = sorted(chart.names, key=lambda placed: placed.rank)
    first, last = 1, max(2, len(names))
    axes.plot([first, last], [0, 0], color=INK, lw=0.9, clip_on=False)
    every = max(1, math.ceil(last / 16))
    for rank in range(first, last + 1):
        written = (rank - 1) % every == 0
        axes.plot([rank, rank], [0, 0.35 if written else 0.2], color=INK, lw=0.7)
        if written:
            axes.text(rank, 0.5, f"{rank}", ha="center", va="bottom", size=7)
    _difference(axes, chart.difference, first)
    for place, (low, high) in enumerate(chart.cliques):
        y = -BAR_ROWS * (place + 1)
        axes.plot([low - 0.04, high + 0.04], [y, y], color=INK, lw=2.2, solid_capstyle="butt")
    floor = BAR_ROWS * len(chart.cliques) + 0.9
    half = math.ceil(len(names) / 2)
    reach = 0.02 * (last - first)
    for row, placed in enumerate(names[:half]):
        _name(axes, placed, -(floor + row), first - reach, "right")
    for row, placed in enumerate(reversed(names[half:])):
        _name(axes, placed, -(floor + row), last + reach, "left")
    axes.set_xlim(first - reach, last + reach)
    axes.set_ylim(-(floor + half), 3.2)
    axes.set_axis_off()


def _difference(axes: Axes, width: float, start: float) -> None:
    y = 2.1
    axes.plot([start, start + width], [y, y], color=INK, lw=1.1, clip_on=False)
    for x in (start, start + width):
        axes.plot([x, x], [y - 0.18, y + 0.18], color=INK, lw=0.9, clip_on=False)
    axes.text(start, y + 0.35, f"critical difference {width:.2f}", ha="left", va="bottom", size=7)


def _name(axes: Axes, placed: Placed, y: float, edge: float, side: str) -> None:
    ink = placed.look.ink
    axes.plot([placed.rank, placed.rank, edge], [0, y, y], color=ink, lw=0.8, clip_on=False)
    axes.plot([placed.rank], [0], marker="o", ms=2.6, color=ink, clip_on=False)
    rank = f"{placed.rank:.2f}"
    axes.annotate(
        f"{placed.name}  {rank}" if side == "right" else f"{rank}  {placed.name}",
        (edge, y),
        xytext=(-3 if side == "right" else 3, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        size=7,
        color=FAINT if placed.look.control else INK,
        annotation_clip=False,
    )
