"""Faithfulness correlation: whether the importance of random areas adds up to their effect."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Mask, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.probing import INSENSITIVE, STIR, ProbeMetric, correlation
from ctviz.metrics.tiles import tiles

ALIKE = Score.undefined("The map gives all random sets of areas the same importance.")


@METRICS.register("faithfulness-correlation")
@dataclass(frozen=True)
class FaithfulnessCorrelation(ProbeMetric):
    r"""Correlation of the total importance of a random set of tiles with its effect.

    .. math:: \operatorname{corr}_S \Big( \sum_{i \in S} e_i, \; p(x) - p(x_{-S}) \Big)

    All sets S have as many tiles. It is `sensitivity-n` at one size, with tiles in place of pixels:
    scattered single pixels hardly move a network's answer. Adding a constant to the map, or another
    unit, changes nothing but for tiles of unequal size. μFidelity is this with the published nine
    tiles along each side.
    """

    title: ClassVar[str] = "Faithfulness correlation"
    short: ClassVar[str] = "μFidelity"
    summary: ClassVar[str] = (
        "How well the summed importance of randomly chosen areas foretells what their removal "
        "does to the model's answer: 0 not at all, 1 exactly."
    )
    cite: ClassVar[str] = (
        "Bhatt et al., IJCAI 2020. arXiv:2005.00631; μFidelity: Fel et al., WACV 2022. "
        "arXiv:2009.04521"
    )
    differs: ClassVar[str] = (
        "Bhatt et al. choose single features; here, as in μFidelity, tiles. Some code for it "
        "correlates ranks; here it is Pearson's correlation, as published."
    )
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    samples: int = param(
        100, low=3, high=2000, help="Random sets of tiles. More is steadier and slower."
    )
    along: int = param(9, low=1, high=64, help="Tiles along each side of the image.")
    share: float = param(0.2, low=0.01, high=0.99, help="Share of the tiles removed together.")

    @property
    def count(self) -> int:
        """One for each sample."""
        return self.samples

    def sets(self, shape: tuple[int, ...]) -> Iterator[Mask]:
        """Yield sets of tiles, all of the same number."""
        random = np.random.default_rng(self.seed)
        pieces = tiles((shape[0], shape[1]), self.along)
        number = int(pieces.max()) + 1
        together = max(1, round(self.share * number))
        for _ in range(self.samples):
            removed = np.zeros(number, bool)
            removed[random.choice(number, together, replace=False)] = True
            yield removed[pieces]

    def claim(self, values: FloatMap, removed: Mask, change: FloatMap) -> float:  # noqa: ARG002
        """Return the set's total importance."""
        return float(values[removed].sum(dtype=np.float64))

    def judge(self, claims: Numbers, effects: Numbers) -> Curves:
        """Return the correlation; it has no curve."""
        return Curves(correlated(claims, effects))


def correlated(claims: Numbers, effects: Numbers) -> Score:
    """Return the correlation of claims (n,) with effects (n,), or why there is none."""
    if np.ptp(effects) <= STIR:
        return INSENSITIVE
    if not is_spread(claims):
        return ALIKE
    return Score(correlation(claims, effects))


def is_spread(numbers: Numbers) -> bool:
    """Whether numbers differ by more than their rounding."""
    return bool(np.ptp(numbers) > 1e-12 * np.abs(numbers).max())
