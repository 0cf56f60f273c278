"""A linear model of the class score near the image, one weight per superpixel."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.superpixels import SuperpixelEstimator


@ESTIMATORS.register("lime")
@dataclass(frozen=True)
class Lime(SuperpixelEstimator):
    r"""Weights of the linear model that fits the class score best where little is hidden.

    .. math:: \min_{\beta_0, \beta} \sum_z \pi_z \left(f_t(x_z) - \beta_0 - \beta^T z\right)^2
              + \lambda \|\beta\|^2, \quad \pi_z = e^{-D_z^2 / \sigma^2}

    Each superpixel is visible (z_i = 1) or hidden with equal chance, and D is the cosine distance
    of z from the whole image's. A pixel's value is its superpixel's weight. The paper picks a few
    superpixels for its text; a map keeps them all, so only the ridge λ holds the weights together.
    Without it, and with enough trials, a model that is linear in the superpixels is met exactly.
    """

    title: ClassVar = "LIME"
    cite: ClassVar = "Ribeiro et al., KDD 2016. arXiv:1602.04938"
    summary: ClassVar = "How much each area adds to the class score while most others are visible."

    width: float = param(
        0.35, low=0.05, high=10.0, help="Kernel width σ. Less trusts only trials near the image."
    )
    ridge: float = param(1.0, low=0.0, high=1000.0, help="Ridge λ. More makes weights smaller.")

    def coalitions(self, trials: int, count: int) -> NDArray[np.bool_]:
        """Return independent tosses of a fair coin."""
        chance = np.random.default_rng(self.seed)
        return chance.random((trials, count)) < 0.5

    def coefficients(
        self, visible: NDArray[np.bool_], scores: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return β by least squares; rows of √λ make it ridge, centred rows need no intercept."""
        weights = np.exp(-((1 - np.sqrt(visible.mean(1))) ** 2) / self.width**2)
        rows: NDArray[np.float64] = visible - np.average(visible, 0, weights)
        changes = scores - np.average(scores, weights=weights)
        count, roots = visible.shape[1], np.sqrt(weights)
        system = np.concatenate([roots[:, None] * rows, np.sqrt(self.ridge) * np.eye(count)])
        goal = np.concatenate([roots * changes, np.zeros(count)])
        solution: NDArray[np.float64] = np.linalg.lstsq(system, goal, rcond=None)[0]
        return solution
