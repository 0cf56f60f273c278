"""The gradient times the image."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.reductions import MeanTimesDifference
from ctviz.estimators.gradient import Gradient


@ESTIMATORS.register("input-x-gradient")
@dataclass(frozen=True)
class InputXGradient(Gradient):
    r"""Gradient of the class score times the image, :math:`x \odot \nabla f_t(x)`.

    Black pixels get nothing.
    """

    title: ClassVar = "Input × gradient"
    cite: ClassVar = "Shrikumar et al., 2016. arXiv:1605.01713"
    summary: ClassVar = (
        "How much each pixel's brightness contributes, if effects were proportional."
    )
    reduction: ClassVar = MeanTimesDifference
