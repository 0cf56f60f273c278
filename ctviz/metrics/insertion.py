"""Insertion: how fast the probability rises when the most important pixels come first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import Curve, CurvePanel, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS
from ctviz.metrics.fills import CHOICES
from ctviz.metrics.removal import FillMetric, Order


@METRICS.register("insertion")
@dataclass(frozen=True)
class Insertion(FillMetric):
    r"""Area :math:`\int_0^1 p(s) \, ds` under the probability while pixels are put back.

    From the filled image a growing share s of the pixels, the most important first, returns to
    what it was. That image lacks the 1 - s least important pixels, so the curve is the one of
    `fidelity`'s LiF read backwards, and with the same fill fidelity is insertion less deletion.
    As in the publication the fill is a blurred image: bright dots on a black one are like nothing
    the model has seen. Compare maps of one slice rather than slices.
    """

    title: ClassVar[str] = "Insertion"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Insertion", "the most important put back first", "share put back", "probability"
    )
    summary: ClassVar[str] = (
        "Mean confidence of the model while the most important pixels are put back into a "
        "blurred image, little by little: high if the map names what the model needs."
    )
    cite: ClassVar[str] = "Petsiuk et al., BMVC 2018. arXiv:1806.07421"
    differs: ClassVar[str] = (
        "The authors put back 224 pixels at a time and blur with a kernel of 11 pixels; here a "
        "step is 2.5 % of the pixels and the blur as wide as a sixteenth of the image."
    )
    orders: ClassVar[tuple[Order, ...]] = ("lif",)

    fill: str = param("blur", choices=CHOICES, help="What the image is before pixels come back.")

    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the area under the curve over the share put back."""
        removed = removal["lif"]
        curve = Curve.of(1.0 - removed.x[::-1], removed.y[::-1])
        return Curves(Score(curve.area), {self.name: curve})
