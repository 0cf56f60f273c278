"""Curves on paper: told apart by colour, dash and sparse markers."""

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import BESIDE_DASH, CurveChart, Line
from ctviz.viz.charts.model.labels import in_lines
from ctviz.viz.charts.print.style import DASHES, FAINT, MARKERS

MARKERS_A_LINE = 6


def draw_curves(axes: Axes, chart: CurveChart) -> None:
    """Draw curves and their bands, or say what is missing."""
    for place, line in enumerate(chart.lines):
        _line(axes, line, place)
    if not chart.lines:
        middle, text = axes.transAxes, in_lines(chart.missing)
        axes.text(0.5, 0.5, text, transform=middle, ha="center", va="center", color=FAINT)
    dress(axes, chart.x, chart.y)


def dress(axes: Axes, x: Axis, y: Axis) -> None:
    """Write what both axes mean and span."""
    axes.set_xlabel(x.label)
    axes.set_ylabel(y.label)
    for axis, side in ((x, axes.xaxis), (y, axes.yaxis)):
        if axis.percent:
            side.set_major_formatter(PercentFormatter(1.0))
    for axis, limit in ((x, axes.set_xlim), (y, axes.set_ylim)):
        if axis.span is not None:
            margin = 0.02 * (axis.span[1] - axis.span[0])
            limit(axis.span[0] - margin, axis.span[1] + margin)


def _line(axes: Axes, line: Line, place: int) -> None:
    if line.faint:
        axes.plot(line.x, line.y, color=FAINT, lw=0.7, ls=DASHES[BESIDE_DASH], zorder=1)
        return
    if line.low:
        axes.fill_between(
            line.x, line.low, line.high, color=line.look.light, alpha=0.13, lw=0, zorder=1
        )
    apart = max(1, len(line.x) // MARKERS_A_LINE)
    axes.plot(
        line.x,
        line.y,
        label=None if line.beside else line.name,
        color=line.look.light,
        ls=DASHES[BESIDE_DASH if line.beside else line.look.dash],
        lw=0.9 if line.look.control else 1.2,
        marker=MARKERS[line.look.marker],
        markevery=(place % apart, apart),
        ms=3.2,
        mew=0.7,
        mfc="white" if line.look.hollow else line.look.light,
    )
