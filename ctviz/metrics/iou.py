"""Intersection over union of the most important part of the image with the region."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import FloatMap, Mask, Score
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import METRICS
from ctviz.metrics.ranking import ranking


@METRICS.register("iou")
@dataclass(frozen=True)
class IntersectionOverUnion(AgreementMetric):
    r"""Overlap :math:`|A \cap R| / |A \cup R|` of the region R and the map's top area A.

    A has as many pixels as the region. If its edge falls among pixels of equal importance, each
    of them belongs to A by the same fraction. The score is D / (2 - D) for a Dice of D, so both
    rank maps alike; a constant map scores s / (2 - s) on a region with share s.
    """

    title: ClassVar[str] = "IoU"
    summary: ClassVar[str] = (
        "Shared area of the drawn region and an equally large most important part of the image, "
        "divided by the area of both together: 0 none, 1 the same."
    )
    cite: ClassVar[str] = "Jaccard, New Phytologist 1912. doi:10.1111/j.1469-8137.1912.tb05611.x"
    reads: ClassVar[Literal["map", "region map"]] = "region map"

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the overlap with the region's own share of the image."""
        ranked = ranking(values, mask)
        return Score(ranked.matched / (2 * ranked.inside - ranked.matched))
