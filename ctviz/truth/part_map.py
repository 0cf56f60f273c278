"""Which part each pixel belongs to: what is known of the parts, painted where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Sign, signed_view
from ctviz.core.arrays import frozen
from ctviz.truth.parts import Part

NOBODY = -1
"""Stands at pixels of no part."""


@dataclass(frozen=True, eq=False)
class PartMap:
    """The P parts of a slice, each pixel with the one to which it belongs.

    Parameters
    ----------
    names
        Of the parts.
    owners
        (H, W) each pixel's part, as its place among the names, or `NOBODY`.
    """

    names: tuple[str, ...]
    owners: NDArray[np.int16]

    def __post_init__(self) -> None:
        object.__setattr__(self, "owners", frozen(np.asarray(self.owners), np.int16))

    @classmethod
    def of(cls, parts: Sequence[Part], shape: tuple[int, int]) -> Self:
        """Return the map of a slice's parts, of which no two share a pixel."""
        owners = np.full(shape, NOBODY, np.int16)
        for place, part in enumerate(parts):
            owners[part.mask] = place
        return cls(tuple(part.name for part in parts), owners)

    def painted(self, numbers: NDArray[np.float64]) -> FloatMap:
        """Return (H, W) each part's number (P,) on all of its pixels, 0 where there is no part."""
        return np.append(numbers, 0.0)[self.owners].astype(np.float32)

    def sums(self, values: FloatMap, sign: Sign) -> NDArray[np.float64]:
        """Return (P,) the sum of a map (H, W) over each part's pixels, read under a sign.

        As `importance_of_parts`, without the slices that lack a part.
        """
        inside = self.owners != NOBODY
        weights = signed_view(values, sign)[inside].astype(np.float64)
        sums = np.bincount(self.owners[inside], weights, minlength=len(self.names))
        return sums.astype(np.float64)
