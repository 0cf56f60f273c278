"""SIC: how fast the confidence comes back with the information that a map lets return first."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import CurvePanel, Score
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.information_curve import InformationCurve

NO_LOSS = Score.undefined("The blurred image convinces the model no less than the scan itself.")


@METRICS.register("sic")
@dataclass(frozen=True)
class SoftmaxInformationCurve(InformationCurve):
    """Area under the recovered confidence over the recovered information, see `InformationCurve`.

    The confidence is the class's probability, from that of the blurred image to the scan's.
    """

    title: ClassVar[str] = "Softmax information curve"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Softmax information curve",
        "the most important put back first",
        "information put back",
        "confidence recovered",
    )
    short: ClassVar[str] = "SIC"
    summary: ClassVar[str] = (
        "How much of the model's confidence is back, on average, while the information in a "
        "blurred scan grows by what the map calls important: 1 is at once, 0 only at the end."
    )
    differs: ClassVar[str] = (
        "The authors measure information by the size of a WebP file, which changes with the "
        "program that writes it; here it is the entropy of neighbouring greys' differences."
    )

    def recovered(self, shown: Numbers, filled: float, untouched: float) -> Numbers | Score:
        """Return the confidence as a share of what the blur took away."""
        if untouched <= filled:
            return NO_LOSS
        return (shown - filled) / (untouched - filled)
