"""The mean squared gradient around the image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.reductions import MeanSquare
from ctviz.estimators.smoothgrad import SmoothGrad


@ESTIMATORS.register("smoothgrad-squared")
@dataclass(frozen=True)
class SquaredSmoothGrad(SmoothGrad):
    r"""Mean squared gradient over noisy copies of the image; never negative.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \left(\nabla f_t(x + \varepsilon_i)\right)^2
    """

    title: ClassVar = "Squared SmoothGrad"
    cite: ClassVar = "Hooker et al., NeurIPS 2019. arXiv:1806.10758"
    summary: ClassVar = "Where the class score reacts strongly, for or against, whatever the noise."
    reduction: ClassVar = MeanSquare
