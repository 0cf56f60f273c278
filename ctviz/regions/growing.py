"""Rank an image's regions by the importance they gather: XRAI."""

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, InvalidInput
from ctviz.regions.segmentation import Segmentation

FEWEST_NEW_PIXELS = 50
FIXED_POINT_BITS = 40


def xrai(values: FloatMap, segmentation: Segmentation) -> FloatMap:
    """Return the region map (h, w) of an importance map: higher is more important.

    XRAI's region growing (Kapishnikov et al., ICCV 2019, arXiv:1906.02825). Again and again the
    region whose pixels that are not yet covered have the highest mean importance is taken, and
    those pixels get that mean, so that the top p % of the area are XRAI's best regions. Of equals
    the first region is taken. Regions that would add fewer than 50 pixels are dropped; what no
    region covers in the end gets its own mean. All pixels taken in one step are tied.

    The order is that of the published program; here each pixel leaves the sums of its regions
    once, when it is covered, in place of a new sum over every region at every step.
    """
    if values.shape != segmentation.shape:
        raise InvalidInput(
            f"The map {values.shape} and the segmentation {segmentation.shape} differ in size."
        )
    if not np.isfinite(values).all():
        raise InvalidInput("Only a finite map can rank regions.")
    importance = values.ravel().astype(np.float64)
    gained = np.empty_like(importance)
    uncovered = np.ones(importance.shape, dtype=bool)
    growth = _Growth(segmentation, importance)
    while (best := growth.densest()) is not None:
        region = segmentation.pixels(best)
        new = region[uncovered[region]]
        gained[new] = importance[new].mean()
        uncovered[new] = False
        growth.cover(new)
    if uncovered.any():
        gained[uncovered] = importance[uncovered].mean()
    return gained.reshape(values.shape).astype(np.float32)


class _Growth:
    """Number and summed importance of every region's uncovered pixels.

    Sums are kept in fixed point, where subtracting is exact: regions that have come to be equal
    compare equal, as if they were summed anew.
    """

    def __init__(self, segmentation: Segmentation, importance: NDArray[np.float64]) -> None:
        # By a power of two, so that numbers which are equal in sum stay so.
        scale = np.ldexp(1.0, np.frexp(np.abs(importance).max())[1])
        self._by_pixel = segmentation.by_pixel
        self._importance = np.rint(importance / scale * 2**FIXED_POINT_BITS).astype(np.int64)
        self._sums = segmentation.membership @ self._importance
        self._counts = np.diff(segmentation.membership.indptr).astype(np.int64)

    def densest(self) -> int | None:
        """Return the first region of the highest mean that adds enough pixels, if there is one."""
        candidates = np.flatnonzero(self._counts >= FEWEST_NEW_PIXELS)
        if len(candidates) == 0:
            return None
        means = self._sums[candidates] / self._counts[candidates]
        return int(candidates[np.argmax(means)])

    def cover(self, pixels: NDArray[np.int32]) -> None:
        """Take pixels out of every region that holds them."""
        holders = self._by_pixel[:, pixels]
        self._counts -= np.bincount(holders.indices, minlength=len(self._counts))
        self._sums -= holders @ self._importance[pixels]
