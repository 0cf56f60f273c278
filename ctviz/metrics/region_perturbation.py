"""Region perturbation: how far the answer falls while the most important tiles are replaced."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Score, param
from ctviz.metrics.against_model import Curves, Image
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.piece_removal import PieceRemovalMetric, sums_of
from ctviz.metrics.tiles import Pieces, tiles


@METRICS.register("region-perturbation")
@dataclass(frozen=True)
class RegionPerturbation(PieceRemovalMetric):
    r"""Mean fall of the probability over the first steps of removing tiles, the best first.

    .. math:: \mathrm{AOPC} = \frac{1}{L + 1} \sum_{k=0}^{L} p(x^{(0)}) - p(x^{(k)})

    :math:`x^{(k)}` lacks the k tiles with the largest sums of importance. Only the first L tiles
    are removed, the ``share`` of all: what matters is what a map puts first.
    """

    title: ClassVar[str] = "Region perturbation"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Region perturbation",
        "the most important tiles replaced first",
        "share of tiles replaced",
        "fall of the probability",
        y_range=None,
    )
    short: ClassVar[str] = "AOPC"
    summary: ClassVar[str] = (
        "How far the model's confidence falls, on average, while the most important small squares "
        "are replaced one after the other: 0 not at all."
    )
    cite: ClassVar[str] = "Samek et al., IEEE TNNLS 2017. arXiv:1509.06321"
    differs: ClassVar[str] = (
        "The publication replaces 100 squares of 9 × 9 pixels by uniform noise; here squares are a "
        "share of the image's size and the fill is a choice."
    )
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    along: int = param(
        16, low=2, high=64, help="Tiles along each side of the image. More is finer and slower."
    )
    share: float = param(0.25, low=0.01, high=1.0, help="Share of the tiles that are replaced.")

    def pieces(self, image: Image) -> Pieces:
        """Return even tiles."""
        return tiles((image.shape[1], image.shape[2]), self.along)

    def importance(self, values: FloatMap, pieces: Pieces) -> Numbers:
        """Return the total importance of each tile."""
        return sums_of(values, pieces)

    def removed(self, number: int) -> int:
        """Return the share of them, one at least."""
        return max(1, round(self.share * number))

    def judge(self, heights: Numbers, number: int) -> Curves:
        """Return the mean fall."""
        falls = heights[0] - heights
        curve = Curve.of(np.arange(len(falls)) / number, falls)
        return Curves(Score(float(falls.mean())), {self.name: curve})
