"""The variance of the gradient around the image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.reductions import Variance
from ctviz.estimators.smoothgrad import SmoothGrad


@ESTIMATORS.register("vargrad")
@dataclass(frozen=True)
class VarGrad(SmoothGrad):
    r"""Variance of the gradient over noisy copies of the image; never negative.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \left(\nabla f_t(x + \varepsilon_i) - \bar g\right)^2,
              \quad \bar g = \frac{1}{n} \sum_{i=1}^{n} \nabla f_t(x + \varepsilon_i)
    """

    title: ClassVar = "VarGrad"
    cite: ClassVar = "Adebayo et al., ICLR workshop 2018. arXiv:1810.03307"
    summary: ClassVar = "Where the network's reaction depends most on small changes of the scan."
    reduction: ClassVar = Variance
