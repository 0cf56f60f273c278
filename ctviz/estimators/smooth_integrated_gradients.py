"""Integrated gradients of noisy copies of the image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import GaussianNoise, NoisyPaths, Probes, StraightPath
from ctviz.estimators.engine.reductions import MeanTimesDifference


@ESTIMATORS.register("smooth-integrated-gradients")
@dataclass(frozen=True)
class SmoothIntegratedGradients(GradientEstimator):
    r"""Mean of the integrated gradients of noisy copies of the image.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \mathrm{IG}(x + \varepsilon_i),
              \quad \varepsilon_i \sim N(0, \sigma^2)

    The map's sum approaches the mean score of the noisy copies less the baseline's.
    """

    title: ClassVar = "Smooth integrated gradients"
    cite: ClassVar = "Smilkov et al., 2017. arXiv:1706.03825; of arXiv:1703.01365"
    summary: ClassVar = "How much each pixel contributes, its grain averaged over noisy copies."
    reduction: ClassVar = MeanTimesDifference

    samples: int = param(6, low=1, high=128, help="Noisy copies. More is smoother and slower.")
    steps: int = param(12, low=1, high=128, help="Points on each copy's path. More is finer.")
    noise: float = param(
        0.15, low=0.0, high=1.0, help="Noise (σ) as a share of the image's range of values."
    )
    baseline: float = param(
        0.0, low=0.0, high=1.0, help="Grey level of the empty image: 0 black, 1 white."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Which noise is drawn.")

    def probes(self) -> Probes:
        """Return the points on the paths of all noisy copies."""
        copies = GaussianNoise(self.samples, self.noise, self.seed)
        return NoisyPaths(copies, StraightPath(self.steps, self.baseline))
