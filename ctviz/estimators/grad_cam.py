"""Feature maps weighted by how much the class wants them."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.estimators.engine.activations import ActivationEstimator
from ctviz.estimators.engine.estimator import ESTIMATORS


@ESTIMATORS.register("grad-cam")
@dataclass(frozen=True)
class GradCam(ActivationEstimator):
    r"""Sum of a layer's feature maps, each weighted by its mean gradient.

    .. math:: \sum_k \alpha_k A_k, \quad \alpha_k = \frac{1}{|A|} \sum_{ij}
              \frac{\partial f_t}{\partial A_{k,ij}}

    The map is kept signed: its positive part is the published Grad-CAM, which cuts off at zero
    what speaks against the class. It is as coarse as the layer and resampled bilinearly.
    """

    title: ClassVar = "Grad-CAM"
    cite: ClassVar = "Selvaraju et al., ICCV 2017. arXiv:1610.02391"
    differs: ClassVar = (
        "The publication cuts off at zero what speaks against the class; here it stays, and "
        "negative."
    )
    summary: ClassVar = "The coarse area whose high-level features speak for or against the class."
    version: ClassVar = 2

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:
        """Return the weighted sum."""
        return (gradients.mean((1, 2), keepdim=True) * features).sum(0)
