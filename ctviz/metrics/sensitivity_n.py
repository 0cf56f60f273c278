"""Sensitivity-n: whether the importance of random pixels adds up to their effect."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import Curve, CurvePanel, FloatMap, Mask, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.probing import INSENSITIVE, STIR, ProbeMetric, correlation

SHARES = np.array([0.01, 0.03, 0.1, 0.3, 0.5, 0.8])
"""Of the image, removed at random: the publication's range, coarsely."""


@METRICS.register("sensitivity-n")
@dataclass(frozen=True)
class SensitivityN(ProbeMetric):
    r"""Correlation of a random set's total importance with its effect, the mean over set sizes.

    .. math:: \operatorname{corr}_S \Big( \sum_{i \in S} e_i, \; p(x) - p(x_{-S}) \Big)

    The sets S all have n pixels; n is 1, 3, 10, 30, 50 and 80 % of the image. Adding a constant
    to the map changes nothing. Sizes at which the answer never changes are left out; the curve
    shows the correlation of the others over the share removed.
    """

    title: ClassVar[str] = "Sensitivity-n"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Sensitivity-n",
        "does the removed importance foretell the answer's change?",
        "share removed",
        "correlation",
        y_range=None,
    )
    summary: ClassVar[str] = (
        "How well the summed importance of randomly chosen pixels foretells what their removal "
        "does to the model's answer: 0 not at all, 1 exactly."
    )
    cite: ClassVar[str] = "Ancona et al., ICLR 2018. arXiv:1711.06104"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    samples: int = param(
        40, low=3, high=500, help="Random sets for each of six sizes. More is steadier and slower."
    )

    @property
    def count(self) -> int:
        """The samples of all sizes."""
        return len(SHARES) * self.samples

    def sets(self, shape: tuple[int, ...]) -> Iterator[Mask]:
        """Yield scattered pixels, all sets of one size before the next."""
        random = np.random.default_rng(self.seed)
        pixels = int(np.prod(shape))
        for share in SHARES:
            n = max(1, round(share * pixels))
            for _ in range(self.samples):
                removed = np.zeros(pixels, bool)
                removed[random.choice(pixels, n, replace=False)] = True
                yield removed.reshape(shape)

    def claim(self, values: FloatMap, removed: Mask, change: FloatMap) -> float:  # noqa: ARG002
        """Return the set's total importance."""
        return float(values[removed].sum(dtype=np.float64))

    def judge(self, claims: Numbers, effects: Numbers) -> Curves:
        """Return the mean of the correlations at each size."""
        by_size = zip(
            SHARES,
            claims.reshape(len(SHARES), -1),
            effects.reshape(len(SHARES), -1),
            strict=True,
        )
        known = [
            (share, correlation(claim, effect))
            for share, claim, effect in by_size
            if np.ptp(effect) > STIR and np.ptp(claim) > 0
        ]
        if not known:
            return Curves(INSENSITIVE)
        shares, correlations = np.transpose(known)
        curve = Curve.of(shares, correlations)
        return Curves(Score(float(correlations.mean())), {self.name: curve})
