"""Where everything stands in a critical-difference diagram.

Ranks grow to the right along the line at height 0; heights are counted in rows of names, and those
below the line are negative.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ctviz.viz.charts.model.kinds import CriticalDifference, Placed
from ctviz.viz.charts.model.labels import Side

BAR_ROWS = 0.42
"""One bar's share of a name's row."""

DIFFERENCE_AT = 2.1
"""The height of the line that is as long as the difference."""

MOST_NUMBERS = 16


@dataclass(frozen=True)
class Diagram:
    """The better half's names to the left, the others' to the right, the bars below the line."""

    chart: CriticalDifference

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last rank of the line."""
        return 1.0, float(max(2, len(self.chart.names)))

    @property
    def numbers(self) -> range:
        """The ranks that are written, few enough to be read."""
        last = max(2, len(self.chart.names))
        return range(1, last + 1, max(1, math.ceil(last / MOST_NUMBERS)))

    @property
    def rows(self) -> float:
        """How many rows of names the diagram is tall, its bars among them."""
        return self._half + BAR_ROWS * len(self.chart.cliques)

    @property
    def floor(self) -> float:
        """The height below all names."""
        return self._top - self._half

    def bars(self) -> Iterator[tuple[float, tuple[float, float]]]:
        """Yield each bar's height, and its first and last mean rank."""
        for place, clique in enumerate(self.chart.cliques):
            yield -BAR_ROWS * (place + 1), clique

    def names(self) -> Iterator[tuple[Placed, float, float, Side]]:
        """Yield each name with its height, the end of the line it is written at, and which."""
        names = sorted(self.chart.names, key=lambda placed: placed.rank)
        first, last = self.ends
        for row, placed in enumerate(names[: self._half]):
            yield placed, self._top - row, first, "left"
        for row, placed in enumerate(reversed(names[self._half :])):
            yield placed, self._top - row, last, "right"

    @property
    def _top(self) -> float:
        """The height of the first names, below all bars."""
        return -(BAR_ROWS * len(self.chart.cliques) + 0.9)

    @property
    def _half(self) -> int:
        return math.ceil(len(self.chart.names) / 2)
