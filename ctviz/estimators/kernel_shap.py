"""Shapley values of superpixels, by weighted least squares."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.superpixels import SuperpixelEstimator


@ESTIMATORS.register("kernel-shap")
@dataclass(frozen=True)
class KernelShap(SuperpixelEstimator):
    r"""Shapley value of each superpixel for the class score, estimated from random coalitions.

    .. math:: \min_\phi \sum_S \left(f_t(x_S) - f_t(x_\emptyset) - \sum_{i \in S} \phi_i\right)^2,
              \quad \sum_i \phi_i = f_t(x) - f_t(x_\emptyset)

    Coalitions S are drawn with the Shapley kernel's chances, each with its complement, so that the
    sum needs no weights. A pixel's value is its superpixel's. Where trials are too few to tell
    superpixels apart, the smallest solution is taken. It is the superpixels that sum to the change
    of the score, not the map's pixels: those have no completeness gap.
    """

    title: ClassVar = "Kernel SHAP"
    cite: ClassVar = "Lundberg & Lee, NeurIPS 2017. arXiv:1705.07874"
    summary: ClassVar = "Each area's fair share of the class score, over many ways of hiding areas."

    def coalitions(self, trials: int, count: int) -> NDArray[np.bool_]:
        """Return coalitions whose size s has the chance 1 / (s (M - s)), and their complements."""
        chance = np.random.default_rng(self.seed)
        sizes = np.arange(1, count)
        weights = 1 / (sizes * (count - sizes)) if count > 1 else np.ones(0)
        visible = np.ones((trials, count), dtype=bool)
        for row in range(0, trials if count > 1 else 0, 2):
            size = chance.choice(sizes, p=weights / weights.sum())
            visible[row] = chance.permutation(count) < size
            if row + 1 < trials:
                visible[row + 1] = ~visible[row]
        return visible

    def coefficients(
        self, visible: NDArray[np.bool_], scores: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the least squares with the sum held: the mean share, and deviations from it."""
        count = visible.shape[1]
        change = scores[0] - scores[1]
        share = np.full(count, change / count)
        # Deviations sum to zero: they are the centred rows' coordinates.
        rows = visible[2:].astype(np.float64)
        residuals = scores[2:] - scores[1] - rows @ share
        centred = rows - rows.mean(1, keepdims=True)
        deviations: NDArray[np.float64] = np.linalg.lstsq(centred, residuals, rcond=None)[0]
        return share + deviations
