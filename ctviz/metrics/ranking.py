"""Pixels counted from the most to the least important, with ties treated fairly."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Mask
from ctviz.metrics.base import Numbers
from ctviz.metrics.remembered import Remembered


@dataclass(frozen=True, eq=False)
class Ranking:
    """How many of the most important pixels lie in the region, level by level.

    A level ends where the map's value changes: equal values are never put in an order, so no
    pixel profits from its place in memory.

    Parameters
    ----------
    taken
        (L + 1,) pixels on the first 0, 1, … L levels; where those outside the region are weighted,
        as many as they weigh.
    hits
        (L + 1,) those of them that lie in the region.
    """

    taken: Numbers
    hits: Numbers

    @property
    def pixels(self) -> float:
        """Number of pixels of the image."""
        return float(self.taken[-1])

    @property
    def inside(self) -> float:
        """Number of pixels of the region."""
        return float(self.hits[-1])

    @property
    def matched(self) -> float:
        """Number of region pixels expected among as many pixels as the region has."""
        return float(np.interp(self.inside, self.taken, self.hits))

    def expected_hits(self, count: Numbers) -> Numbers:
        """Return how many of the first ``count`` pixels lie in the region.

        Where ``count`` ends within a level this is the mean over all orders of its pixels; a
        fraction of a pixel counts as that fraction.
        """
        return np.interp(count, self.taken, self.hits)


@dataclass(frozen=True, eq=False)
class Levels:
    """A map's different values, which do not depend on any region.

    Parameters
    ----------
    values
        (L,) from the least to the largest.
    taken
        (L,) pixels that reach each of them.
    """

    values: FloatMap
    taken: NDArray[np.int32]

    @classmethod
    def of(cls, values: FloatMap) -> Self:
        """Sort a map (H, W): its values alone, which is much quicker than to sort the pixels."""
        ordered = np.sort(values, axis=None)
        first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        return cls(ordered[first], (ordered.size - first).astype(np.int32))

    def weights(self, values: FloatMap, weights: Numbers) -> Numbers:
        """Return how much those of some pixels weigh together, (L,), that reach each level.

        The pixels have these values (n,) of the map and these weights (n,).
        """
        order = np.argsort(values)
        places = np.searchsorted(self.values, values[order])
        sums = np.bincount(places, weights[order], minlength=len(self.values))
        return np.asarray(np.cumsum(sums[::-1])[::-1])

    def hits(self, values: FloatMap) -> NDArray[np.intp]:
        """Return how many of some of the map's pixels, with these values (n,), reach each level."""
        # Sorted ones are looked up along the levels, not here and there.
        places = np.searchsorted(self.values, np.sort(values))
        counts = np.bincount(places, minlength=len(self.values))
        return np.cumsum(counts[::-1])[::-1]


_levels = Remembered(Levels.of, maps=32)

GRAIN = 2.0**-30
"""What weights are rounded to: sums of all pixels' weights then are exact in any order."""


def ranking(values: FloatMap, mask: Mask) -> Ranking:
    """Rank the pixels of a map (H, W) and count those in the mask (H, W)."""
    levels = _levels(values)
    hits = levels.hits(values[mask])
    return Ranking(taken=_from_the_top(levels.taken), hits=_from_the_top(hits))


def weighted_ranking(values: FloatMap, mask: Mask, weights: Numbers) -> Ranking:
    """Rank the pixels of a map (H, W); those outside the mask count by their weights.

    ``weights`` (n,) are those of the pixels outside, in the image's order and about one on
    average; a pixel inside counts one.
    """
    levels = _levels(values)
    hits = levels.hits(values[mask])
    missed = levels.weights(values[~mask], np.round(weights / GRAIN) * GRAIN)
    return Ranking(taken=_from_the_top(hits + missed), hits=_from_the_top(hits))


def _from_the_top(reaching: NDArray[np.number]) -> Numbers:
    """Return how many pixels the top 0, 1, … L levels hold together, (L + 1,).

    ``reaching``, (L,), says how many reach each level, the least one first.
    """
    return np.concatenate([[0.0], reaching[::-1]])


def thinned(x: Numbers, y: Numbers, points: int = 200) -> tuple[Numbers, Numbers]:
    """Return at most ``points`` points of a polyline, evenly spread along its way.

    The first and the last point are kept. A step counts as long as its Δx and Δy together.
    """
    if len(x) <= points:
        return x, y
    way = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    kept = np.searchsorted(way, np.linspace(0.0, way[-1], points))
    kept[-1] = len(x) - 1
    kept = np.unique(kept)
    return x[kept], y[kept]
