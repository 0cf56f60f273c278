"""Seed stability, or repeatability: whether chance decides what a map says."""

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Score, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import CONSTANT, METRICS, is_constant
from ctviz.metrics.resemblance import rank_correlation, visible

SEEDS = 2**31

DETERMINISTIC = Score.undefined(
    "The estimator is deterministic: it has no seed, so it always draws the same map."
)


@METRICS.register("seed-stability")
@dataclass(frozen=True)
class SeedStability(BehaviourMetric):
    r"""Mean rank correlation between maps that differ in nothing but their seed.

    .. math:: \frac{2}{n (n - 1)} \sum_{i < j} \rho(e_i, e_j)

    Over all pairs of the map and those with the seeds that follow its own; ρ is Spearman's, of the
    pixels in which the slice shows anything. More samples make an estimator stabler, so the score
    belongs to its settings as much as to its idea. An estimator without a seed is deterministic
    and has no score, nor has a constant map; a constant map among the others has nothing in
    common with them: ρ = 0.
    """

    title: ClassVar[str] = "Repeatability (seed stability)"
    short: ClassVar[str] = "Repeat."
    summary: ClassVar[str] = (
        "Repeatability: whether the map would rank the pixels the same if its random numbers were "
        "drawn again: 1 is the same map every time, 0 pure chance."
    )
    cite: ClassVar[str] = (
        "Rank correlation: Spearman, Am. J. Psychol. 1904. doi:10.2307/1412159; of maps: "
        "Adebayo et al., NeurIPS 2018. arXiv:1810.03292"
    )
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    draws: int = param(3, low=1, high=50, help="Further seeds; each costs a whole map.")

    @property
    def maps(self) -> int:
        """One for each further seed."""
        return self.draws

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the mean correlation; it has no curve."""
        if again.seed is None:
            return Curves(DETERMINISTIC)
        shown = visible(x)
        if is_constant(values[shown]):
            return Curves(CONSTANT)
        others = [again(seed=(again.seed + 1 + k) % SEEDS) for k in range(self.draws)]
        pairs = combinations([each[shown] for each in (values, *others)], 2)
        return Curves(Score(float(np.mean([rank_correlation(a, b) for a, b in pairs]))))
