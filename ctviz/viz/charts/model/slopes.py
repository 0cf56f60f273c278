"""Where the names of slopes stand."""

from collections.abc import Iterator

from ctviz.viz.charts.model.kinds import Slope, Slopes
from ctviz.viz.charts.model.labels import Side, spread

APART = 0.95
"""How many ranks two names are apart at least."""


def slope_names(chart: Slopes) -> Iterator[tuple[Slope, str, tuple[int, float], Side]]:
    """Yield each name beside the first and the last column: its rank, x and height, and side."""
    sides: tuple[tuple[int, Side], ...] = ((0, "left"), (len(chart.columns) - 1, "right"))
    for column, side in sides:
        found = [(s, rank) for s in chart.slopes if (rank := s.ranks[column]) is not None]
        heights = spread([rank for _, rank in found], APART)
        for (slope, rank), height in zip(found, heights, strict=True):
            yield slope, f"{rank:g}", (column, height), side
