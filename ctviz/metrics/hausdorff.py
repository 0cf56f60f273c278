"""Robust Hausdorff distance of the map's most important part and the region."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import Mask, Score
from ctviz.metrics.against_region import Spacing
from ctviz.metrics.base import METRICS
from ctviz.metrics.in_millimetres import MillimetreMetric, edge_distances


@METRICS.register("hd95-mm")
@dataclass(frozen=True)
class Hausdorff95(MillimetreMetric):
    r"""95th percentile of the distances between the edges of hot pixels and region, in mm.

    .. math:: \max \big( P_{95} \{ d(a, \partial R) : a \in \partial A \}, \;
                         P_{95} \{ d(r, \partial A) : r \in \partial R \} \big)

    Edge pixels have a neighbour outside; distances run between pixel centres. The percentile
    forgives one stray edge pixel in twenty and interpolates between observations. Scattered hot
    pixels are edges each, so it is read from the region map.
    """

    title: ClassVar[str] = "Hausdorff distance, mm"
    short: ClassVar[str] = "HD95"
    summary: ClassVar[str] = (
        "How many millimetres the outline of the most important part of the image strays from "
        "the outline of the drawn region, leaving out the worst 5 %."
    )
    cite: ClassVar[str] = (
        "Huttenlocher et al., IEEE TPAMI 1993. doi:10.1109/34.232073; percentile: "
        "Taha & Hanbury, BMC Medical Imaging 2015. doi:10.1186/s12880-015-0068-x"
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    reads: ClassVar[Literal["map", "region map"]] = "region map"

    def compare_mm(self, hot: Mask, mask: Mask, spacing_mm: Spacing) -> Score:
        """Return the larger of the two directed percentiles."""
        both = edge_distances(hot, mask, spacing_mm)
        return Score(max(float(np.percentile(each, 95)) for each in both))
