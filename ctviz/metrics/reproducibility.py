"""Reproducibility: whether the same training on other patients gives the same map."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Score, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import CONSTANT, METRICS, is_constant
from ctviz.metrics.resemblance import rank_correlation, visible

NO_TWINS = Score.undefined(
    "The model has no twins: networks trained alike on other patients; train it anew with ctviz "
    "train --real … --twins."
)


@METRICS.register("reproducibility")
@dataclass(frozen=True)
class Reproducibility(BehaviourMetric):
    r"""Mean rank correlation between a map and those of the same class on the model's twins.

    .. math:: \frac{1}{n} \sum_{k=1}^{n} \rho(e, e_k)

    The twins are the networks of the model's cross-validation, each trained alike without the
    patients of one fold. ρ is Spearman's, of the pixels in which the slice shows anything. The
    publication trains its networks apart and compares their maps by structural similarity; twins
    begin with the same weights and share most patients, so their maps are as alike as they can
    be expected to be. The seed of the estimator is the same throughout: what it does alone is the
    repeatability, `seed-stability`. A twin's map that is constant or not finite has nothing in
    common with the map: ρ = 0. A control that ignores the network scores 1.
    """

    title: ClassVar[str] = "Reproducibility"
    summary: ClassVar[str] = (
        "Whether networks trained alike on other patients give the same map: 1 is the same order "
        "of the pixels from every network, 0 pure chance."
    )
    short: ClassVar[str] = "Reprod."
    cite: ClassVar[str] = (
        "Arun et al., Radiology: AI 2021. doi:10.1148/ryai.2021200267; "
        "rank correlation: Spearman, Am. J. Psychol. 1904. doi:10.2307/1412159"
    )
    differs: ClassVar[str] = (
        "Arun et al. train networks apart from each other and compare maps by structural "
        "similarity (SSIM); here it is rank correlation between the map and those of the "
        "cross-validation's networks, which begin with the same weights."
    )
    asks_twins: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    twins: int = param(5, low=1, high=50, help="Twins asked at most; each costs a whole map.")

    @property
    def maps(self) -> int:
        """One for each twin."""
        return self.twins

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the mean correlation; it has no curve."""
        if again.twins == 0:
            return Curves(NO_TWINS)
        shown = visible(x)
        if is_constant(values[shown]):
            return Curves(CONSTANT)
        others = [again(twin=1 + k) for k in range(min(self.twins, again.twins))]
        found = [rank_correlation(values[shown], other[shown]) for other in others]
        return Curves(Score(float(np.mean(found))))
