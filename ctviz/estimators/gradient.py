"""The gradient of the class score."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.estimators.engine.estimator import ESTIMATORS, GradientEstimator
from ctviz.estimators.engine.probes import AtTheImage, Probes


@ESTIMATORS.register("gradient")
@dataclass(frozen=True)
class Gradient(GradientEstimator):
    r"""Gradient of the class score in the image, :math:`\nabla f_t(x)`; "backpropagation"."""

    title: ClassVar = "Gradient"
    cite: ClassVar = "Simonyan et al., ICLR workshop 2014. arXiv:1312.6034"
    differs: ClassVar = (
        "Of several channels a pixel's values are summed, which keeps the sign; Simonyan et al. "
        "take the largest magnitude. Of one grey channel both are the same but for the sign."
    )
    summary: ClassVar = "Where making a pixel slightly brighter would change the class score most."

    def probes(self) -> Probes:
        """Return the image itself."""
        return AtTheImage()
