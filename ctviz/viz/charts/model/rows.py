"""Where the marks of dots stand, and how the legend tells them apart."""

from collections.abc import Callable, Iterator

from ctviz.core.look import Look
from ctviz.viz.charts.model.kinds import Dots, Mark, Row

TALL = 0.8
"""The share of a row that its marks take up, one below the other."""


def standing(chart: Dots) -> Iterator[tuple[float, Row, Mark]]:
    """Yield every mark with its height: rows are 1 apart, the first at 0, and grow downwards."""
    for place, row in enumerate(chart.rows):
        step = 0.0 if chart.joined else TALL / lanes(chart, row)
        for number, mark in enumerate(row.marks):
            yield place + (number - (len(row.marks) - 1) / 2) * step, row, mark


def lanes(chart: Dots, row: Row) -> int:
    """Return how many marks of a row stand one below the other."""
    return 1 if chart.joined else max(1, len(row.marks))


def spans(chart: Dots) -> Iterator[tuple[float, tuple[float, float], Look]]:
    """Yield the line of each row that has one, with its height: from the least to the greatest."""
    for place, row in enumerate(chart.rows if chart.joined else ()):
        values = [mark.value for mark in row.marks if mark.value is not None]
        if values:
            yield float(place), (min(values), max(values)), row.marks[0].look


def mark_names(chart: Dots) -> dict[str, Look]:
    """Return the first look of each kind of mark, by its name; none where one kind says nothing."""
    found: dict[str, Look] = {}
    for row in chart.rows:
        for mark in row.marks:
            found.setdefault(mark.name, mark.look)
    return found if chart.joined or len(found) > 1 else {}


def many_colours(chart: Dots) -> frozenset[str]:
    """Return the kinds of mark whose colour changes from row to row, and so says nothing."""
    return _varying(chart, lambda look: look.dark)


def many_markers(chart: Dots) -> frozenset[str]:
    """Return the kinds of mark whose marker changes from row to row, and so says nothing."""
    return _varying(chart, lambda look: look.marker)


def _varying(chart: Dots, part: Callable[[Look], str]) -> frozenset[str]:
    parts: dict[str, set[str]] = {}
    for row in chart.rows:
        for mark in row.marks:
            parts.setdefault(mark.name, set()).add(part(mark.look))
    return frozenset(name for name, found in parts.items() if len(found) > 1)
