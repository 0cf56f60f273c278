"""AIC: with how much of a map's information the model gives its answer again."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import CurvePanel, Score
from ctviz.metrics.against_model import DECIDED
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.information_curve import InformationCurve

NOT_ITS_ANSWER = Score.undefined(
    "The class is not the model's answer to this scan, so it cannot come back."
)
NEVER_LOST = Score.undefined("The model gives the class even to the blurred image.")


@METRICS.register("aic")
@dataclass(frozen=True)
class AccuracyInformationCurve(InformationCurve):
    """Area under the recovered answer over the recovered information, see `InformationCurve`.

    The answer is back, 1, from the first image on to which the model gives the class more than half
    of its belief; before, it is 0. The mean over many slices is the area under the published curve,
    their accuracy over the information that they hold.
    """

    title: ClassVar[str] = "Accuracy information curve"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Accuracy information curve",
        "the most important put back first",
        "information put back",
        "answer recovered",
    )
    short: ClassVar[str] = "AIC"
    summary: ClassVar[str] = (
        "With how little of the information that the map calls important a blurred scan gets the "
        "model's answer again: 1 is at once, 0 only at the end."
    )
    differs: ClassVar[str] = (
        "The authors ask whether the class is the likeliest, here it must have more than half of "
        "the probability; and they measure information by the size of a WebP file, here it is the "
        "entropy of neighbouring greys' differences."
    )

    def recovered(self, shown: Numbers, filled: float, untouched: float) -> Numbers | Score:
        """Return 1 where the class is the model's answer."""
        if untouched <= DECIDED:
            return NOT_ITS_ANSWER
        if filled > DECIDED:
            return NEVER_LOST
        return (shown > DECIDED).astype(np.float64)
