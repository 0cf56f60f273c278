"""Deletion: how fast the probability falls when the most important pixels go first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import Curve, CurvePanel, Score
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS
from ctviz.metrics.removal import FillMetric, Order


@METRICS.register("deletion")
@dataclass(frozen=True)
class Deletion(FillMetric):
    r"""Area :math:`\int_0^1 p_{MiF}(s) \, ds` under the probability while pixels are removed.

    A growing share s of the pixels, the most important first, is replaced by the fill. With the
    same fill, `fidelity` is the area of the opposite order less this one. The area also falls
    with the model's confidence in the untouched slice, so compare maps of one slice rather than
    slices. The publication fills with 0; here ``paper`` takes the constant that erases the class.
    """

    title: ClassVar[str] = "Deletion"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Deletion", "the most important removed first", "share removed", "probability"
    )
    summary: ClassVar[str] = (
        "Mean confidence of the model while the most important pixels are removed, "
        "little by little: low if the map names what the model needs."
    )
    cite: ClassVar[str] = "Petsiuk et al., BMVC 2018. arXiv:1806.07421"
    differs: ClassVar[str] = (
        "The authors remove 224 pixels at a time and fill with 0, which is the mean grey after "
        "their scaling; here a step is 2.5 % of the pixels and the fill a choice."
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    orders: ClassVar[tuple[Order, ...]] = ("mif",)

    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the area under the curve over the share removed."""
        curve = removal["mif"]
        return Curves(Score(curve.area), {self.name: curve})
