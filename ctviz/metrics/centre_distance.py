"""Distance of the centres of the map's most important part and of the region."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import Mask, Score
from ctviz.metrics.against_region import Spacing
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.in_millimetres import MillimetreMetric


@METRICS.register("centre-distance-mm")
@dataclass(frozen=True)
class CentreDistance(MillimetreMetric):
    """Distance in mm from the mean position of the hot pixels to that of the region.

    It says where the map points and nothing of its shape: pixels scattered around the region are
    as good as the region. A chance map points at the middle of the image.
    """

    title: ClassVar[str] = "Centre distance, mm"
    summary: ClassVar[str] = (
        "Millimetres between the centre of the drawn region and that of an equally large most "
        "important part of the image."
    )
    cite: ClassVar[str] = (
        "Centre distance of localisation: Maier-Hein et al., Nature Methods 2024. "
        "doi:10.1038/s41592-023-02151-z"
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def compare_mm(self, hot: Mask, mask: Mask, spacing_mm: Spacing) -> Score:
        """Return the distance of the two centres."""
        apart = (_centre(hot) - _centre(mask)) * spacing_mm
        return Score(float(np.hypot(*apart)))


def _centre(area: Mask) -> Numbers:
    """Return the mean row and column (2,)."""
    return np.asarray(np.argwhere(area).mean(axis=0), np.float64)
