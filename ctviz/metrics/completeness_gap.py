"""Completeness gap: how far a map's sum is from the change of the score that it explains."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import ImportanceMap, Score
from ctviz.metrics.base import METRICS
from ctviz.metrics.of_record import RecordMetric

NO_ENDS = Score.undefined(
    "The map need not sum to a change of the class score: only path methods and DeepLIFT must."
)


@METRICS.register("completeness-gap")
@dataclass(frozen=True)
class CompletenessGap(RecordMetric):
    r"""Magnitude of what a map's sum has too much or too little, as a share of the score's change.

    .. math:: \frac{|\sum_i e_i - (f_t(x) - f_t(x'))|}{|f_t(x) - f_t(x')|}

    It was measured when the map was made, between the ends of its own paths. Where the score hardly
    changes from end to end there is no share, and no gap.
    """

    title: ClassVar[str] = "Completeness gap"
    short: ClassVar[str] = "Gap"
    summary: ClassVar[str] = (
        "How far the map's sum is from the change of the class score that it should add up to: "
        "0 is exact; above 0.05 the estimator needs more steps."
    )
    cite: ClassVar[str] = "Sundararajan et al., ICML 2017. arXiv:1703.01365"
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def __call__(self, importance: ImportanceMap) -> Score:
        """Return the recorded gap's magnitude."""
        gap = importance.completeness_gap
        return NO_ENDS if gap is None else Score(abs(gap))
