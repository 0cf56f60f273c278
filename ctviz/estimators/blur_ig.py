"""The gradient on the way from a blurred image to the sharp one."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import BlurPath, Probes
from ctviz.estimators.engine.reductions import MeanTimesDifference


@ESTIMATORS.register("blur-ig")
@dataclass(frozen=True)
class BlurIntegratedGradients(GradientEstimator):
    r"""Gradient integrated along the path on which a blurred image becomes sharp.

    .. math:: \sum_{i=1}^{n} (z_i - z_{i-1}) \odot \nabla f_t\left(\frac{z_i + z_{i-1}}{2}\right),
              \quad z_i = G_{\sigma_i} * x, \quad \sigma_i = \sigma \left(1 - \frac{i}{n}\right)^2

    No baseline has to be chosen: an even area has no contrast to bring back. The map's sum
    approaches :math:`f_t(x) - f_t(G_\sigma * x)` with error O(1/n²).
    """

    title: ClassVar = "Blur integrated gradients"
    cite: ClassVar = "Xu et al., CVPR 2020. arXiv:2004.03383"
    summary: ClassVar = (
        "How much the contrast at each pixel contributes as a blurred scan sharpens."
    )
    version: ClassVar = 2
    reduction: ClassVar = MeanTimesDifference

    steps: int = param(32, low=1, high=256, help="Points on the path. More is finer and slower.")
    blur: float = param(
        0.2, low=0.01, high=1.0, help="First blur (σ) as a share of the image's longer side."
    )

    def probes(self) -> Probes:
        """Return the points between neighbours on the path."""
        return BlurPath(self.steps, self.blur)
