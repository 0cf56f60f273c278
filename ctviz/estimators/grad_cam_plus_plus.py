"""Feature maps weighted by how much, and over how much of themselves, the class wants them."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.core import UnsupportedNetwork
from ctviz.estimators.engine.activations import ActivationEstimator
from ctviz.estimators.engine.estimator import ESTIMATORS


@ESTIMATORS.register("grad-cam++")
@dataclass(frozen=True)
class GradCamPlusPlus(ActivationEstimator):
    r"""Sum of a layer's feature maps, weighted so that a small finding counts like a large one.

    .. math:: \sum_k A_k \sum_{ij} \alpha_{k,ij} \max(g_{k,ij}, 0), \quad
              \alpha_{k,ij} = \frac{g_{k,ij}^2}{2 g_{k,ij}^2 + g_{k,ij}^3 \sum_{ab} A_{k,ab}},
              \quad g = \frac{\partial f_t}{\partial A}

    The published weights have the common factor :math:`\exp(f_t)`, which is left out. They are
    derived for features that are not negative; where others make the denominator vanish or change
    its sign, the network is refused.
    """

    title: ClassVar = "Grad-CAM++"
    cite: ClassVar = "Chattopadhay et al., WACV 2018. arXiv:1710.11063"
    summary: ClassVar = (
        "The coarse area whose features speak for the class, small findings as well as large ones."
    )
    version: ClassVar = 2

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:
        """Return the weighted sum; α is shortened by g²."""
        positive = gradients.clamp(min=0)
        denominators = 2 + positive * features.sum((1, 2), keepdim=True)
        if not bool((denominators > 0).all()):
            raise UnsupportedNetwork(
                "Grad-CAM++ has no meaning on a layer whose features are strongly negative; choose "
                "a layer that ends in a ReLU, or Grad-CAM."
            )
        return ((positive / denominators).sum((1, 2), keepdim=True) * features).sum(0)
