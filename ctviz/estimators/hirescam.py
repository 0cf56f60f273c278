"""Feature maps weighted, place by place, by how much the class wants them."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.estimators.engine.activations import ActivationEstimator
from ctviz.estimators.engine.estimator import ESTIMATORS


@ESTIMATORS.register("hirescam")
@dataclass(frozen=True)
class HiResCam(ActivationEstimator):
    r"""Sum of a layer's feature maps times the gradient in them.

    .. math:: \sum_k A_k \odot \frac{\partial f_t}{\partial A_k}

    The gradient is not averaged as in Grad-CAM, so the map shows only places that the network
    used. If average pooling and one linear layer follow, both are the same map.
    """

    title: ClassVar = "HiResCAM"
    cite: ClassVar = "Draelos & Carin, 2020. arXiv:2011.08891"
    summary: ClassVar = (
        "The coarse places whose features raised or lowered the class score, and no others."
    )
    version: ClassVar = 2

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:
        """Return the sum of the products."""
        return (gradients * features).sum(0)
