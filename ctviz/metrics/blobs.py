"""Blobs at random places, as compact as a map: what its compactness alone is worth."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ctviz.core import FloatMap, Mask
from ctviz.metrics.base import Numbers

LEAST_SPREAD = 0.5
"""In pixels; a blob on a single pixel has a width, too."""


@dataclass(frozen=True)
class BlobSpread:
    """How far a map's importance reaches, as that of an ellipse.

    Parameters
    ----------
    rows, columns
        Standard deviations in pixels down the rows and along the columns.
    """

    rows: float
    columns: float

    @classmethod
    def of(cls, values: FloatMap) -> Self:
        """Return the spread of what speaks for the class in a map (h, w).

        Where nothing does, that of what speaks less against it than the rest.
        """
        heights = values.astype(np.float64)
        weight = np.clip(heights, 0.0, None) if heights.max() > 0 else heights - heights.min()
        total = weight.sum() or 1.0
        return cls(*(_deviation(weight.sum(axis=axis) / total) for axis in (1, 0)))

    def blob(self, place: tuple[int, int], shape: tuple[int, int]) -> FloatMap:
        """Return a Gaussian (h, w) of this spread, 1 at its place (row, column)."""
        pairs = zip(shape, place, (self.rows, self.columns), strict=True)
        down, along = (
            np.exp(-0.5 * ((np.arange(size) - at) / spread) ** 2) for size, at, spread in pairs
        )
        return np.asarray(np.outer(down, along), np.float32)


def places(where: Mask, count: int, seed: int) -> list[tuple[int, int]]:
    """Return so many pixels of a mask (h, w), drawn at random, each as likely as any other."""
    rows, columns = np.nonzero(where)
    drawn = np.random.default_rng(seed).integers(len(rows), size=count)
    return [(int(rows[each]), int(columns[each])) for each in drawn]


def _deviation(share: Numbers) -> float:
    place = np.arange(len(share))
    mean = share @ place
    return max(LEAST_SPREAD, float(np.sqrt(share @ (place - mean) ** 2)))
