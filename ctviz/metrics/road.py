"""ROAD: fidelity whose removed pixels are interpolated, so that the holes do not speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import Curve, CurvePanel, Score, param
from ctviz.metrics.against_model import Curves, Image
from ctviz.metrics.base import METRICS
from ctviz.metrics.fills import Filler
from ctviz.metrics.imputation import imputation
from ctviz.metrics.removal import RemovalMetric, both_orders


@METRICS.register("road")
@dataclass(frozen=True)
class Road(RemovalMetric):
    r"""Area between the LeRF and MoRF curves under noisy linear imputation.

    .. math:: \int_0^1 p_{LeRF}(s) - p_{MoRF}(s) \, ds

    Least (LeRF) and most relevant first (MoRF) are `fidelity`'s LiF and MiF. A constant fill cuts
    holes whose outline alone can change the answer; here removed pixels become a weighted mean
    of their neighbours, plus a little noise, and the image stays one that the model knows. The
    publication averages the accuracy of many images over 10 % steps; this is p of one.
    """

    title: ClassVar[str] = "Remove and debias"
    panel: ClassVar[CurvePanel | None] = both_orders("Remove and debias")
    short: ClassVar[str] = "ROAD"
    summary: ClassVar[str] = (
        "How much faster the model loses its answer when the important pixels are smoothed over "
        "first than when the unimportant ones are: 0 is guessing."
    )
    cite: ClassVar[str] = "Rong et al., ICML 2022. arXiv:2202.00449"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    step: float = param(
        0.1, low=0.005, high=0.5, help="Share of the pixels removed at a time. Less is slower."
    )
    noise: float = param(
        0.01, low=0.0, high=0.2, help="Noise on interpolated pixels, as a share of the window."
    )

    def fillers(self, image: Image) -> list[Filler]:
        """Return the interpolation."""
        return [imputation(image, noise=self.noise, seed=self.seed)]

    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the area between the curves."""
        return Curves(Score(removal["lif"].area - removal["mif"].area), removal)
