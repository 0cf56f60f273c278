"""Agreement in millimetres: how far the map's most important part is from the region."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

from ctviz.core import FloatMap, Mask, Score
from ctviz.metrics.against_region import AgreementMetric, Spacing
from ctviz.metrics.base import CONSTANT, Numbers, is_constant


@dataclass(frozen=True)
class MillimetreMetric(AgreementMetric):
    """A metric of distances in the slice's plane; it needs to know the size of a pixel.

    It compares the region with the hot pixels: the most important ones, as many as the region
    has, as `dice` does. If the last of them are among pixels of equal importance, as they are on
    region maps, all or none of those are hot, whichever comes nearer to the region's size, so
    that no pixel profits from its place. A constant map ranks no pixel and has no score.
    """

    def measure(self, values: FloatMap, mask: Mask, spacing_mm: Spacing | None) -> Score:
        """Return the score in millimetres, if the pixels' size is known."""
        if spacing_mm is None:
            return self.compare(values, mask)
        if is_constant(values) and not mask.all():
            return CONSTANT
        return self.compare_mm(hot_pixels(values, mask), mask, spacing_mm)

    def compare(self, values: FloatMap, mask: Mask) -> Score:  # noqa: ARG002 - nothing to measure with
        """Return why there is no score without the size of a pixel."""
        return Score.undefined("The pixel size of this scan is unknown.")

    @abstractmethod
    def compare_mm(self, hot: Mask, mask: Mask, spacing_mm: Spacing) -> Score:
        """Score the hot pixels against the region; both have pixels."""


def hot_pixels(values: FloatMap, mask: Mask) -> Mask:
    """Return the top of the map, cut at the level that comes nearest to the mask's pixels."""
    wanted = int(mask.sum())
    last = np.partition(values, values.size - wanted, axis=None)[values.size - wanted]
    above, reached = values > last, values >= last
    missing, spare = wanted - int(above.sum()), int(reached.sum()) - wanted
    return np.asarray(above if above.any() and missing < spare else reached)


def edge(area: Mask) -> Mask:
    """Return the pixels (H, W) of an area that have a side in common with its outside.

    What lies beyond the image is outside.
    """
    return np.asarray(area & ~binary_erosion(area))


def edge_distances(one: Mask, other: Mask, spacing_mm: Spacing) -> tuple[Numbers, Numbers]:
    """Return how far each edge pixel of an area is from the other area's edge, both ways, in mm.

    Measured from centre to centre of the pixels.
    """
    edges = edge(one), edge(other)
    to_one, to_other = (distance_transform_edt(~each, sampling=spacing_mm) for each in edges)
    return to_other[edges[0]], to_one[edges[1]]
