"""The mean gradient around the image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import GaussianNoise, Probes


@ESTIMATORS.register("smoothgrad")
@dataclass(frozen=True)
class SmoothGrad(GradientEstimator):
    r"""Mean gradient over noisy copies of the image.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \nabla f_t(x + \varepsilon_i),
              \quad \varepsilon_i \sim N(0, \sigma^2)
    """

    title: ClassVar = "SmoothGrad"
    cite: ClassVar = "Smilkov et al., 2017. arXiv:1706.03825"
    summary: ClassVar = "The gradient with its grain averaged away over noisy copies of the scan."

    samples: int = param(15, low=1, high=256, help="Noisy copies. More is smoother and slower.")
    noise: float = param(
        0.15, low=0.0, high=1.0, help="Noise (σ) as a share of the image's range of values."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Which noise is drawn.")

    def probes(self) -> Probes:
        """Return the noisy copies."""
        return GaussianNoise(self.samples, self.noise, self.seed)
