"""The gradient along the ways from typical images to noisy copies of the image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import NoisyReferencePaths, Probes, ReferencePaths
from ctviz.estimators.engine.reductions import MeanTimesDifference


@ESTIMATORS.register("gradient-shap")
@dataclass(frozen=True)
class GradientShap(GradientEstimator):
    r"""Expected gradients of noisy copies of the image.

    .. math:: \mathbb{E}_{x' \sim D,\, \alpha \sim U(0, 1),\, \varepsilon \sim N(0, \sigma^2)}
              \left[(x + \varepsilon - x') \odot
              \nabla f_t(x' + \alpha (x + \varepsilon - x'))\right]

    It approximates SHAP values where features are independent. Without noise it is
    ``expected-gradients``; the references are the same. The map's sum approaches the mean score of
    the noisy copies less that of the drawn references, with error O(1/√n).
    """

    title: ClassVar = "Gradient SHAP"
    cite: ClassVar = "Lundberg & Lee, NeurIPS 2017. arXiv:1705.07874; as SHAP and Captum compute it"
    summary: ClassVar = (
        "How much each pixel contributes compared with other scans, its grain averaged over noisy "
        "copies."
    )
    reduction: ClassVar = MeanTimesDifference

    samples: int = param(25, low=1, high=512, help="Comparisons. More is smoother and slower.")
    noise: float = param(
        0.1, low=0.0, high=1.0, help="Noise (σ) as a share of the image's range of values."
    )
    seed: int = param(
        0, low=0, high=2**31 - 1, help="Which references, points and noise are drawn."
    )

    def probes(self) -> Probes:
        """Return random points on the ways from random references to noisy copies."""
        return NoisyReferencePaths(ReferencePaths(self.samples, self.seed), self.noise)
