"""The gradient without what speaks against the class on the way."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.rules import GUIDED
from ctviz.estimators.gradient import Gradient


@ESTIMATORS.register("guided-backprop")
@dataclass(frozen=True)
class GuidedBackprop(Gradient):
    r"""Gradient that passes back through a ReLU only where it is positive and the unit was active.

    .. math:: R^{l} = 1[x^{l} > 0] \max(R^{l+1}, 0)

    Gates of whole channels (squeeze-excitation) keep their own derivative. A network with another
    activation than ReLU is refused.
    """

    title: ClassVar = "Guided backpropagation"
    cite: ClassVar = "Springenberg et al., ICLR workshop 2015. arXiv:1412.6806"
    summary: ClassVar = "Fine structures that excite the class, without what inhibits it."
    version: ClassVar = 2
    rule: ClassVar = GUIDED
