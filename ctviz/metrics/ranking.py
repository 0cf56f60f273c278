"""Pixels counted from the most to the least important, with ties treated fairly."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Mask, digest
from ctviz.metrics.base import Numbers


@dataclass(frozen=True, eq=False)
class Ranking:
    """How many of the most important pixels lie in the region, level by level.

    A level ends where the map's value changes: equal values are never put in an order, so no
    pixel profits from its place in memory.

    Parameters
    ----------
    taken
        (L + 1,) pixels on the first 0, 1, … L levels.
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
    """A map's pixels in their order, which does not depend on any region.

    Parameters
    ----------
    order
        (H·W,) indices of the pixels, the most important first.
    ends
        (L,) place of the last pixel of each level in that order.
    """

    order: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def of(cls, values: FloatMap) -> Self:
        """Sort a map (H, W)."""
        order = np.argsort(values, axis=None)[::-1].astype(np.int32)
        ordered = values.ravel()[order]
        last = np.append(ordered[1:] != ordered[:-1], True)
        return cls(order, np.flatnonzero(last).astype(np.int32))


class _Remembered:
    """The levels of the latest maps: several metrics, and every new stroke, ask for the same."""

    def __init__(self, maps: int) -> None:
        self._maps = maps
        self._known: OrderedDict[str, Levels] = OrderedDict()
        self._lock = Lock()

    def levels(self, values: FloatMap) -> Levels:
        """Return the levels of a map, sorted at most once while it is remembered."""
        key = digest(values)
        with self._lock:
            found = self._known.pop(key, None)
        found = found or Levels.of(values)
        with self._lock:
            self._known[key] = found
            if len(self._known) > self._maps:
                self._known.popitem(last=False)
        return found


_remembered = _Remembered(maps=32)


def ranking(values: FloatMap, mask: Mask) -> Ranking:
    """Rank the pixels of a map (H, W) and count those in the mask (H, W)."""
    levels = _remembered.levels(values)
    hits = np.cumsum(mask.ravel()[levels.order], dtype=np.int32)[levels.ends]
    taken = np.concatenate([[0.0], levels.ends + 1.0])
    return Ranking(taken=taken, hits=np.concatenate([[0.0], hits]))


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
