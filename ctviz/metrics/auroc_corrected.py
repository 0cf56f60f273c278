"""Area under the ROC curve of the pixels, corrected by where other patients have the region."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Prior, Score, param
from ctviz.metrics.against_others import CorrectedMetric
from ctviz.metrics.against_region import NO_REGION
from ctviz.metrics.auroc import NOTHING_OUTSIDE, roc
from ctviz.metrics.base import METRICS
from ctviz.metrics.place import SMOOTHING, SMOOTHING_HELP, corrected_ranking
from ctviz.metrics.ranking import thinned


@METRICS.register("auroc-corrected")
@dataclass(frozen=True)
class CorrectedAuroc(CorrectedMetric):
    """Chance that a pixel of the region beats one outside where others have it; ties count half.

    `auroc` with the pixels outside weighted by the odds that they lie in another patient's region
    (`odds_of_others`). What is easy, the air and the back that nobody would take for a heart,
    hardly counts; what counts are the places where the region could be and is not. A map that knows
    only where regions usually are scores about 0.5, the region itself 1, and any rising function of
    a map the same as the map. Where the others' mean mask is even it is `auroc`.

    About 0.5: exactly so if whether one pixel belongs to the region says nothing about the others.
    Regions are blobs, a large one around a small one, so that within one slice the usual places
    still order some pixels rightly; the control `mean-mask` shows by how much.

    Gaze research has weighted like this since centre bias was noticed there: Tatler et al. take
    the fixations on other images as negatives ("shuffled AUC"), which lie inside and outside alike,
    so that a perfect map does not score 1; here only pixels outside are negatives, hence the odds.
    """

    title: ClassVar[str] = "Corrected AUROC"
    short: ClassVar[str] = "AUROC corr."
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Corrected ROC",
        "pixels outside count by how usual the region is there in other patients",
        "false positive rate where others have it",
        "true positive rate",
        missing=NO_REGION,
        guide="guessing",
    )
    summary: ClassVar[str] = (
        "Chance that a pixel inside the drawn region is more important than one outside where "
        "other patients have theirs: about 0.5 is knowing only where regions are, 1 perfect."
    )
    cite: ClassVar[str] = (
        "After Tatler et al., Vision Research 2005. doi:10.1016/j.visres.2004.09.017; Zhang et al. "
        "(SUN), J. Vision 2008. doi:10.1167/8.7.32; Kümmerer et al., PNAS 2015. "
        "doi:10.1073/pnas.1510393112"
    )
    differs: ClassVar[str] = (
        "Shuffled AUC takes pixels inside the region for negatives too, so that a perfect map "
        "scores less than 1; here only those outside are."
    )

    smoothing: float = param(SMOOTHING, low=0.01, high=1000.0, help=SMOOTHING_HELP)

    def compare(self, values: FloatMap, mask: Mask, prior: Prior) -> Score:
        """Return the exact area."""
        if mask.all():
            return NOTHING_OUTSIDE
        return Score(roc(corrected_ranking(values, mask, prior, self.smoothing)).area)

    def draw(self, values: FloatMap, mask: Mask, prior: Prior) -> Curve | None:
        """Return the thinned ROC curve with the exact area."""
        if mask.all():
            return None
        curve = roc(corrected_ranking(values, mask, prior, self.smoothing))
        return Curve(*thinned(curve.x, curve.y), area=curve.area)
