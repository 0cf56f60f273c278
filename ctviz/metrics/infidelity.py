"""Infidelity: how far the map's forecast of a perturbation is from what it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import FloatMap, Mask, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.probing import INSENSITIVE, STIR, ProbeMetric


@METRICS.register("infidelity")
@dataclass(frozen=True)
class Infidelity(ProbeMetric):
    r"""Squared error of the map's forecast of removed squares, relative to their effect.

    .. math:: \min_{\beta \ge 0} \; \frac{\sum_I (\beta \, I \cdot e - (p(x) - p(x - I)))^2}
              {\sum_I (p(x) - p(x - I))^2}

    I is the change of the image when the fill replaces a random square. Maps differ in unit, so
    each is scaled by the best β that keeps its sign; dividing by the effects' own size makes 1
    the error of a map that says nothing. The forecast is first-order: it suits gradients, whose
    unit is probability per intensity, better than maps that already contain the image.
    """

    title: ClassVar[str] = "Infidelity"
    summary: ClassVar[str] = (
        "Error of the map's forecast of what removing small squares does to the model's answer: "
        "0 is exact, 1 no better than saying nothing."
    )
    cite: ClassVar[str] = "Yeh et al., NeurIPS 2019. arXiv:1901.09392"
    differs: ClassVar[str] = (
        "The publication's is neither scaled nor bounded, nor is Captum's by default; here each "
        "map is scaled to its best first and the error divided by the effects' size."
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    samples: int = param(100, low=3, high=2000, help="Random squares. More is steadier and slower.")
    side: float = param(
        0.15, low=0.01, high=1.0, help="Side of a square as a share of the image's shorter side."
    )

    @property
    def count(self) -> int:
        """One for each sample."""
        return self.samples

    def sets(self, shape: tuple[int, ...]) -> Iterator[Mask]:
        """Yield squares that lie in the image as a whole, anywhere with the same chance."""
        random = np.random.default_rng(self.seed)
        side = max(1, round(self.side * min(shape)))
        for _ in range(self.samples):
            top, left = (int(random.integers(length - side + 1)) for length in shape)
            removed = np.zeros(shape, bool)
            removed[top : top + side, left : left + side] = True
            yield removed

    def claim(self, values: FloatMap, removed: Mask, change: FloatMap) -> float:
        """Return importance times change, summed."""
        return float(np.dot(values[removed].astype(np.float64), change[removed]))

    def judge(self, claims: Numbers, effects: Numbers) -> Curves:
        """Return the relative squared error after the best scaling; it has no curve."""
        if np.abs(effects).max() <= STIR:
            return Curves(INSENSITIVE)
        size = float(claims @ claims)
        scale = max(0.0, float(claims @ effects) / size) if size > 0 else 0.0
        error = effects - scale * claims
        # At the best scale the error is no larger than the effects, but for rounding.
        return Curves(Score(min(1.0, float(error @ error) / float(effects @ effects))))
