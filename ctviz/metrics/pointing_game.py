"""The pointing game: whether the most important pixel lies in the region."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import FloatMap, Mask, Score
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import METRICS


@METRICS.register("pointing-game")
@dataclass(frozen=True)
class PointingGame(AgreementMetric):
    """1 if the most important pixel lies in the region, else 0; no tolerance around the region.

    Where several pixels share the maximum, the share of them inside: the chance of a hit if one
    of them is chosen blindly. A constant map scores the region's share of the image.
    """

    title: ClassVar[str] = "Pointing game"
    summary: ClassVar[str] = "Whether the most important pixel lies in the drawn region: 1 if so."
    hits: ClassVar[bool] = True
    cite: ClassVar[str] = "Zhang et al., IJCV 2018. arXiv:1608.00507"
    differs: ClassVar[str] = (
        "The publication, and TorchRay, also count a hit up to 15 pixels beside the region; here "
        "there is no tolerance."
    )

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the share of the maximal pixels that lie in the region."""
        return Score(float(mask[values == values.max()].mean()))
