"""Dice overlap of the most important part of the image with the region."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Score, param
from ctviz.metrics.against_region import NO_REGION, AgreementMetric
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.ranking import Ranking, ranking

SHARES = np.linspace(0.0, 1.0, 201)


@METRICS.register("dice")
@dataclass(frozen=True)
class Dice(AgreementMetric):
    r"""Overlap :math:`2 |A \cap R| / (|A| + |R|)` of the region R and the map's top area A.

    A is the most important share p of the image, counted in pixels. By default p is the region's
    own share of the image, which needs no tuning and can reach 1 on every region; a chance map
    then scores p. If the edge of A falls among pixels of equal importance, as it does on region
    maps, the score is the mean over all choices among them. A constant map thus scores
    2 p s / (p + s) on a region with share s; a region that is the whole image scores 1.

    The curve is Dice over p, its area the mean over all p. Its maximum is no fair score: it
    chooses p on the very slice that it judges.
    """

    title: ClassVar[str] = "Dice"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Dice",
        "overlap with the drawn region over the share of the image kept",
        "share kept",
        "Dice",
        missing=NO_REGION,
        guide="own share",
    )
    summary: ClassVar[str] = (
        "Overlap of the drawn region with the most important part of the image, "
        "taken as large as the region itself: 0 none, 1 the same."
    )
    cite: ClassVar[str] = (
        "Dice, Ecology 1945. doi:10.2307/1932409; over region maps: "
        "Brocki et al., EXTRAAMAS 2022. arXiv:2209.15398"
    )
    differs: ClassVar[str] = (
        "The best Dice over all shares of the image, as sometimes reported, is chosen on the "
        "slice that it judges; here the share is the region's own."
    )
    reads: ClassVar[Literal["map", "region map"]] = "region map"

    share: float = param(
        0.0,
        low=0.0,
        high=1.0,
        help="Share of the image that counts as important. 0 takes the region's own share.",
    )

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the overlap at the chosen share."""
        return Score(self.overlap(values, mask))

    def overlap(self, values: FloatMap, mask: Mask) -> float:
        """Return the overlap as a number; the arrays are checked already."""
        ranked = ranking(values, mask)
        share = self.share or ranked.inside / ranked.pixels
        return float(_dice(ranked, np.asarray(share)))

    def draw(self, values: FloatMap, mask: Mask) -> Curve:
        """Return Dice over the share kept, 0 to 1 in steps of 0.5 %."""
        return Curve.of(SHARES, _dice(ranking(values, mask), SHARES))


def _dice(ranked: Ranking, shares: Numbers) -> Numbers:
    taken = shares * ranked.pixels
    return 2.0 * ranked.expected_hits(taken) / (taken + ranked.inside)
