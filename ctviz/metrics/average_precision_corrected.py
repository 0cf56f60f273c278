"""Average precision of the pixels, corrected by where other patients have the region."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Prior, Score, param
from ctviz.metrics.against_others import CorrectedMetric
from ctviz.metrics.against_region import NO_REGION
from ctviz.metrics.average_precision import precision_recall
from ctviz.metrics.base import METRICS
from ctviz.metrics.place import SMOOTHING, SMOOTHING_HELP, corrected_ranking
from ctviz.metrics.ranking import thinned


@METRICS.register("average-precision-corrected")
@dataclass(frozen=True)
class CorrectedAveragePrecision(CorrectedMetric):
    """Mean precision over the region's pixels, false ones counting where others have the region.

    `average-precision` with the pixels outside weighted as in `auroc-corrected`, to a mean of one.
    Chance scores the region's share of the image, the region itself 1. A map that knows only where
    regions usually are scores somewhat more than chance, for precision weighs most at the top,
    where a few lucky slices count much: compare with the control `mean-mask`. Where the others'
    mean mask is even it is `average-precision`.
    """

    title: ClassVar[str] = "Corrected average precision"
    short: ClassVar[str] = "AP corr."
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Corrected precision and recall",
        "pixels outside count by how usual the region is there in other patients",
        "share of the region found",
        "precision where others have it",
        missing=NO_REGION,
    )
    summary: ClassVar[str] = (
        "How pure the important pixels are while the drawn region fills up, false ones counting by "
        "how usual the region is there in other patients: 1 is perfect, guessing scores the "
        "region's share of the image."
    )
    cite: ClassVar[str] = (
        "Davis & Goadrich, ICML 2006. doi:10.1145/1143844.1143874; weighted after Tatler et al., "
        "Vision Research 2005. doi:10.1016/j.visres.2004.09.017; Zhang et al. (SUN), J. Vision "
        "2008. doi:10.1167/8.7.32; Kümmerer et al., PNAS 2015. doi:10.1073/pnas.1510393112"
    )

    smoothing: float = param(SMOOTHING, low=0.01, high=1000.0, help=SMOOTHING_HELP)

    def compare(self, values: FloatMap, mask: Mask, prior: Prior) -> Score:
        """Return the exact step-wise area."""
        ranked = corrected_ranking(values, mask, prior, self.smoothing)
        return Score(precision_recall(ranked).area)

    def draw(self, values: FloatMap, mask: Mask, prior: Prior) -> Curve:
        """Return the thinned precision-recall curve with the exact area."""
        curve = precision_recall(corrected_ranking(values, mask, prior, self.smoothing))
        return Curve(*thinned(curve.x, curve.y), area=curve.area)
