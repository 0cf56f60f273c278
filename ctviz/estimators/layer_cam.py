"""Feature maps weighted, place by place, by how much the class wants more of them."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.estimators.engine.activations import ActivationEstimator
from ctviz.estimators.engine.estimator import ESTIMATORS


@ESTIMATORS.register("layer-cam")
@dataclass(frozen=True)
class LayerCam(ActivationEstimator):
    r"""Sum of a layer's feature maps times the positive part of the gradient in them.

    .. math:: \sum_k A_k \odot \max\left(\frac{\partial f_t}{\partial A_k}, 0\right)

    Made for early layers, whose maps are finer; by default it reads the last one like its kin.
    """

    title: ClassVar = "LayerCAM"
    cite: ClassVar = "Jiang et al., IEEE TIP 2021. doi:10.1109/TIP.2021.3089943"
    summary: ClassVar = (
        "The places whose features speak for the class, as fine as the chosen layer."
    )
    version: ClassVar = 2

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:
        """Return the sum of the products."""
        return (gradients.clamp(min=0) * features).sum(0)
