"""The gradient along the ways from typical images."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import param
from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import Probes, ReferencePaths
from ctviz.estimators.engine.reductions import MeanTimesDifference


@ESTIMATORS.register("expected-gradients")
@dataclass(frozen=True)
class ExpectedGradients(GradientEstimator):
    r"""Integrated gradients averaged over reference images, by chance.

    .. math:: \mathbb{E}_{x' \sim D,\, \alpha \sim U(0, 1)}
              \left[(x - x') \odot \nabla f_t(x' + \alpha (x - x'))\right]

    The references are the training images that come with a model. Without any, uniform images of a
    random grey level between 0 and 1 take their place. The map's sum approaches the score less the
    mean score of the drawn references, as chance has it: with error O(1/√n).
    """

    title: ClassVar = "Expected gradients"
    cite: ClassVar = "Erion et al., Nature Machine Intelligence 2021. arXiv:1906.10670"
    summary: ClassVar = (
        "How much each pixel contributes compared with the same place in other scans."
    )
    reduction: ClassVar = MeanTimesDifference

    samples: int = param(25, low=1, high=512, help="Comparisons. More is smoother and slower.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Which references and points are drawn.")

    def probes(self) -> Probes:
        """Return random points on the ways from random references."""
        return ReferencePaths(self.samples, self.seed)
