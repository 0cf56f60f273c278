"""IROF: how much of the answer is lost when the most important superpixels go first."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Score, param
from ctviz.metrics.against_model import Curves, Image
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.fills import CHOICES
from ctviz.metrics.piece_removal import PieceRemovalMetric, sums_of
from ctviz.metrics.tiles import Pieces, superpixels

NEVER = Score.undefined("The model never gives this class, so there is nothing to lose.")


@METRICS.register("irof")
@dataclass(frozen=True)
class Irof(PieceRemovalMetric):
    r"""Area over the relative probability while superpixels are removed, the best first.

    .. math:: 1 - \int_0^1 \frac{p(s)}{p(0)} \, ds

    s is the share of the superpixels that are replaced by the fill, the image's mean as published.
    A superpixel is as important as its mean pixel. Superpixels follow the image's edges, so no hole
    cuts through an organ. Where removal makes the model surer, the score is negative.
    """

    title: ClassVar[str] = "Iterative removal of features"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Iterative removal of features",
        "the most important superpixels removed first",
        "share of superpixels removed",
        "probability, relative",
        y_range=None,
    )
    short: ClassVar[str] = "IROF"
    summary: ClassVar[str] = (
        "How much of the model's confidence is lost, on average, while whole superpixels are "
        "removed, the most important first: 0 nothing, 1 all at once."
    )
    cite: ClassVar[str] = "Rieger & Hansen 2020. arXiv:2003.08747"
    differs: ClassVar[str] = (
        "The publication cuts by SLIC, which promises no number of superpixels; here it is a "
        "watershed with exactly as many as asked for."
    )
    bounds: ClassVar[tuple[float, float]] = (-math.inf, 1.0)

    fill: str = param("mean", choices=CHOICES, help="What replaces removed superpixels.")

    def pieces(self, image: Image) -> Pieces:
        """Return superpixels."""
        return superpixels(image, self.along)

    def importance(self, values: FloatMap, pieces: Pieces) -> Numbers:
        """Return the mean importance of each superpixel."""
        return np.asarray(sums_of(values, pieces) / np.bincount(pieces.ravel()))

    def removed(self, number: int) -> int:
        """Return all."""
        return number

    def judge(self, heights: Numbers, number: int) -> Curves:
        """Return the area over the relative probability."""
        if heights[0] <= 0:
            return Curves(NEVER)
        curve = Curve.of(np.arange(len(heights)) / number, heights / heights[0])
        return Curves(Score(1.0 - curve.area), {self.name: curve})
