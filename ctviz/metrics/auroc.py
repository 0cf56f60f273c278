"""Area under the receiver operating characteristic of the pixels."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Score
from ctviz.metrics.against_region import NO_REGION, AgreementMetric
from ctviz.metrics.base import METRICS
from ctviz.metrics.ranking import Ranking, ranking, thinned

NOTHING_OUTSIDE = Score.undefined("The region is the whole image: there is no pixel outside it.")


@METRICS.register("auroc")
@dataclass(frozen=True)
class Auroc(AgreementMetric):
    """Chance that a pixel of the region is more important than a pixel outside; ties count half.

    Exact: the area under all thresholds' points, which equals the Mann-Whitney statistic with
    midranks. A constant map scores 0.5, a binary one (1 + TPR - FPR) / 2. A region that is the
    whole image leaves nothing to compare with and has no score.

    The curve shows the true over the false positive rate in at most 200 points; its ``area`` is
    the exact one.
    """

    title: ClassVar[str] = "AUROC"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "ROC",
        "pixels inside the drawn region against pixels outside",
        "false positive rate",
        "true positive rate",
        missing=NO_REGION,
        guide="guessing",
    )
    summary: ClassVar[str] = (
        "Chance that a pixel inside the drawn region is more important than one outside: "
        "0.5 is guessing, 1 perfect."
    )
    cite: ClassVar[str] = "Hanley & McNeil, Radiology 1982. doi:10.1148/radiology.143.1.7063747"
    differs: ClassVar[str] = (
        "The paper's AUC is the mean height of the curve's points, which depends on where the "
        "thresholds fall; here it is the exact area."
    )

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the exact area."""
        if mask.all():
            return NOTHING_OUTSIDE
        return Score(roc(ranking(values, mask)).area)

    def draw(self, values: FloatMap, mask: Mask) -> Curve | None:
        """Return the thinned ROC curve with the exact area."""
        if mask.all():
            return None
        curve = roc(ranking(values, mask))
        return Curve(*thinned(curve.x, curve.y), area=curve.area)


def roc(ranked: Ranking) -> Curve:
    """Return the ROC curve of all thresholds, (0, 0) to (1, 1)."""
    false_alarms = ranked.taken - ranked.hits
    x, y = false_alarms / false_alarms[-1], ranked.hits / ranked.inside
    # Summed in the same order on every platform; rounding may leave the unit square by an ulp.
    return Curve(x, y, area=float(np.clip(np.trapezoid(y, x), 0.0, 1.0)))
