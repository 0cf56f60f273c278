"""The paper's fidelity: the map's most important pixels must be the ones the model needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import Curve, CurvePanel, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS
from ctviz.metrics.fills import CHOICES
from ctviz.metrics.removal import FillMetric, both_orders


@METRICS.register("fidelity")
@dataclass(frozen=True)
class Fidelity(FillMetric):
    r"""Area between the probability's fall when pixels are removed in the two opposite orders.

    .. math:: F = \int_0^1 p_{LiF}(s) - p_{MiF}(s) \, ds

    A growing share s of the pixels, in all channels, is replaced by the fill, the most important
    first (MiF) or the least important first (LiF); p is the explained class's probability. A map
    that names what the model uses lets p fall at once under MiF and stay long under LiF. Where
    filling the whole image hardly lowers p, the fill removes no evidence and F says little.

    The paper's fill erases the class: 0 (bottom of the window) for slices with contrast, 1 (top)
    for slices without. ``paper`` is that choice for any class: of the two constants it takes the
    one that leaves the explained class less probable when it fills the whole image.

    The paper averages the accuracy of a cohort in place of p; `Curves` of one slice hold p.
    """

    title: ClassVar[str] = "Fidelity"
    panel: ClassVar[CurvePanel | None] = both_orders("Fidelity")
    summary: ClassVar[str] = (
        "How much faster the model loses its answer when the important pixels are removed first "
        "than when the unimportant ones are: 0 is guessing."
    )
    cite: ClassVar[str] = "Brocki et al., EXTRAAMAS 2022. doi:10.1007/978-3-031-15565-9_1"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    fill: str = param(
        "paper",
        choices=CHOICES,
        help="What replaces removed pixels. The paper's erases the class: all dark or all bright.",
    )

    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the area between the curves."""
        return Curves(Score(removal["lif"].area - removal["mif"].area), removal)
