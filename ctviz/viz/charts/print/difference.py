"""The critical-difference diagram on paper, after Demšar, JMLR 7:1-30, 2006."""

from matplotlib.axes import Axes

from ctviz.viz.charts.model.difference import DIFFERENCE_AT, Diagram
from ctviz.viz.charts.model.kinds import CriticalDifference, Placed
from ctviz.viz.charts.model.labels import Side, longest, with_number
from ctviz.viz.charts.print.beside import write_beside
from ctviz.viz.charts.print.style import INK, LETTER_IN

ROW_IN, LINE_IN, FRAME_IN = 0.17, 3.4, 0.9


def difference_height(chart: CriticalDifference) -> float:
    """Return how tall the chart must be for its names and bars, in inches."""
    return FRAME_IN + ROW_IN * Diagram(chart).rows


def difference_width(chart: CriticalDifference) -> float:
    """Return how wide the chart must be for its names on both sides, in inches."""
    letters = longest(placed.name for placed in chart.names) + 6
    return 2 * LETTER_IN * letters + LINE_IN


def draw_difference(axes: Axes, chart: CriticalDifference) -> None:
    """Draw the line of ranks, the names on both sides, the bars below the line."""
    diagram = Diagram(chart)
    first, last = diagram.ends
    axes.plot([first, last], [0, 0], color=INK, lw=0.9, clip_on=False)
    for rank in range(int(first), int(last) + 1):
        written = rank in diagram.numbers
        axes.plot([rank, rank], [0, 0.35 if written else 0.2], color=INK, lw=0.7)
        if written:
            axes.text(rank, 0.5, f"{rank}", ha="center", va="bottom", size=7)
    _difference(axes, chart.difference, first)
    for y, (low, high) in diagram.bars():
        axes.plot([low - 0.04, high + 0.04], [y, y], color=INK, lw=2.2, solid_capstyle="butt")
    reach = 0.02 * (last - first)
    for placed, y, end, side in diagram.names():
        _name(axes, placed, (end - reach if side == "left" else end + reach, y), side)
    axes.set_xlim(first - reach, last + reach)
    axes.set_ylim(diagram.floor, 3.2)
    axes.set_axis_off()


def _difference(axes: Axes, width: float, start: float) -> None:
    y = DIFFERENCE_AT
    axes.plot([start, start + width], [y, y], color=INK, lw=1.1, clip_on=False)
    for x in (start, start + width):
        axes.plot([x, x], [y - 0.18, y + 0.18], color=INK, lw=0.9, clip_on=False)
    axes.text(start, y + 0.35, f"critical difference {width:.2f}", ha="left", va="bottom", size=7)


def _name(axes: Axes, placed: Placed, at: tuple[float, float], side: Side) -> None:
    ink, (edge, y) = placed.look.light, at
    axes.plot([placed.rank, placed.rank, edge], [0, y, y], color=ink, lw=0.8, clip_on=False)
    axes.plot([placed.rank], [0], marker="o", ms=2.6, color=ink, clip_on=False)
    text = with_number(placed.name, f"{placed.rank:.2f}", side)
    write_beside(axes, text, at, side, placed.look)
