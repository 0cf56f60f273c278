"""Dots with intervals on paper: a row a name."""

from typing import Any

from matplotlib.axes import Axes

from ctviz.core.look import Look
from ctviz.viz.charts.model.kinds import Dots, Mark, Row
from ctviz.viz.charts.model.rows import (
    lanes,
    many_colours,
    many_markers,
    mark_names,
    spans,
    standing,
)
from ctviz.viz.charts.print.style import FAINT, INK, MARKERS

ROW_IN, MARK_IN, FRAME_IN = 0.1, 0.09, 0.85


def dots_height(chart: Dots) -> float:
    """Return how tall the chart must be for its rows, in inches."""
    return FRAME_IN + sum(ROW_IN + MARK_IN * lanes(chart, row) for row in chart.rows)


def draw_dots(axes: Axes, chart: Dots) -> None:
    """Draw the rows from the top, their marks joined or dodging one another."""
    colours, plain = many_colours(chart), many_markers(chart)
    left = _left(chart)
    if chart.guide is not None:
        axes.axvline(chart.guide, color=FAINT, lw=0.8, ls="--", zorder=1)
    for y, ends, look in spans(chart):
        axes.plot(ends, (y, y), color=look.light, lw=0.7, zorder=1)
    for y, _, mark in standing(chart):
        _mark(axes, mark, y, left=left, plain=mark.name in plain)
    for name, look in mark_names(chart).items():
        ink = INK if name in colours else look.light
        axes.plot([], [], label=name, ls="", **_marker(look, ink, plain=name in plain))
    _rows(axes, chart.rows)
    axes.set_xlabel(chart.axis.label)
    if chart.axis.span is not None:
        axes.set_xlim(*chart.axis.span)


def _rows(axes: Axes, rows: tuple[Row, ...]) -> None:
    names = [f"{row.name} ({row.flag})" if row.flag else row.name for row in rows]
    axes.set_yticks(range(len(rows)), names)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(FAINT if row.control else INK)
        label.set_fontstyle("italic" if row.control else "normal")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _mark(axes: Axes, mark: Mark, y: float, *, left: float, plain: bool) -> None:
    ink = mark.look.light
    if mark.value is None:
        axes.text(left, y, "–  undefined", color=FAINT, va="center", size=6)
        return
    if mark.low is not None and mark.high is not None:
        axes.plot([mark.low, mark.high], [y, y], color=ink, lw=1.1, solid_capstyle="butt")
    axes.plot([mark.value], [y], ls="", **_marker(mark.look, ink, plain=plain))


def _marker(look: Look, ink: str, *, plain: bool) -> dict[str, Any]:
    fill = "white" if look.hollow else ink
    return {
        "marker": "o" if plain else MARKERS[look.marker],
        "ms": 4.2,
        "mew": 0.9,
        "mfc": fill,
        "mec": ink,
    }


def _left(chart: Dots) -> float:
    if chart.axis.span is not None:
        return chart.axis.span[0]
    marks = [mark for row in chart.rows for mark in row.marks]
    ends = [v for mark in marks for v in (mark.value, mark.low) if v is not None]
    return min(ends, default=0.0)
