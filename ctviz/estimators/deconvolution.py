"""The gradient of a network run backwards."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.rules import DECONVOLUTION
from ctviz.estimators.gradient import Gradient


@ESTIMATORS.register("deconvolution")
@dataclass(frozen=True)
class Deconvolution(Gradient):
    r"""Gradient whose way back through a ReLU is itself a ReLU.

    .. math:: R^{l} = \max(R^{l+1}, 0)

    Which units were active on the way forward is ignored, except by max pooling. Gates of whole
    channels (squeeze-excitation) keep their own derivative. A network with another activation
    than ReLU is refused.
    """

    title: ClassVar = "Deconvolution"
    cite: ClassVar = "Zeiler & Fergus, ECCV 2014. arXiv:1311.2901; as in arXiv:1412.6806"
    summary: ClassVar = "The pattern that would excite the class, traced back through the network."
    version: ClassVar = 2
    rule: ClassVar = DECONVOLUTION
