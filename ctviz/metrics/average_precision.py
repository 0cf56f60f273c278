"""Average precision of the pixels."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Score
from ctviz.metrics.against_region import NO_REGION, AgreementMetric
from ctviz.metrics.base import METRICS
from ctviz.metrics.ranking import Ranking, ranking, thinned


@METRICS.register("average-precision")
@dataclass(frozen=True)
class AveragePrecision(AgreementMetric):
    r"""Mean precision over the region's pixels: :math:`\sum_k (r_k - r_{k-1}) p_k`.

    At the k-th distinct value of the map, r is the share of the region that reaches it (recall)
    and p the share of the pixels reaching it that lie in the region (precision). Pixels of equal
    value enter together. Chance, and a constant map, score the region's share of the image: small
    regions have small scores, so compare maps on one slice rather than slices. A region that is
    the whole image scores 1.

    The curve shows precision over recall in at most 200 points; its ``area`` is the exact
    step-wise one, not the trapezoidal, which is too optimistic.
    """

    title: ClassVar[str] = "Average precision"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Precision and recall",
        "how pure the most important pixels are as the region fills up",
        "share of the region found",
        "precision",
        missing=NO_REGION,
    )
    short: ClassVar[str] = "AP"
    summary: ClassVar[str] = (
        "How pure the important pixels are while the drawn region fills up: 1 is perfect, "
        "guessing scores the region's share of the image."
    )
    cite: ClassVar[str] = "Davis & Goadrich, ICML 2006. doi:10.1145/1143844.1143874"

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the exact step-wise area."""
        return Score(precision_recall(ranking(values, mask)).area)

    def draw(self, values: FloatMap, mask: Mask) -> Curve:
        """Return the thinned precision-recall curve with the exact area."""
        curve = precision_recall(ranking(values, mask))
        return Curve(*thinned(curve.x, curve.y), area=curve.area)


def precision_recall(ranked: Ranking) -> Curve:
    """Return precision over recall at all thresholds, from the highest value down."""
    recall = ranked.hits[1:] / ranked.inside
    precision = ranked.hits[1:] / ranked.taken[1:]
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return Curve(recall, precision, area=min(area, 1.0))
