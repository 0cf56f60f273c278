"""The gradient along the way from an empty image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import Probes, StraightPath
from ctviz.estimators.engine.reductions import MeanTimesDifference


@ESTIMATORS.register("integrated-gradients")
@dataclass(frozen=True)
class IntegratedGradients(GradientEstimator):
    r"""Average gradient on the straight path from an empty image x', times the image.

    .. math:: (x - x') \odot \frac{1}{n} \sum_{i=1}^{n} \nabla f_t(x' + \frac{i - 1/2}{n} (x - x'))

    The midpoint rule makes the map's sum approach :math:`f_t(x) - f_t(x')` with error O(1/n²).
    Pixels equal to the baseline get nothing: with a black one, dark pixels cannot matter.
    """

    title: ClassVar = "Integrated gradients"
    cite: ClassVar = "Sundararajan et al., ICML 2017. arXiv:1703.01365"
    summary: ClassVar = (
        "How much each pixel contributes to the score on the way from a black image."
    )
    reduction: ClassVar = MeanTimesDifference

    steps: int = param(25, low=1, high=256, help="Points on the path. More is finer and slower.")
    baseline: float = param(
        0.0, low=0.0, high=1.0, help="The empty image: 0 is the window's bottom, 1 its top."
    )

    def probes(self) -> Probes:
        """Return the path from the uniform baseline."""
        return StraightPath(self.steps, self.baseline)
