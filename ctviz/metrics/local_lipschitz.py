"""Local Lipschitz estimate: how much faster a map changes than the slice."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import FloatMap, Score
from ctviz.metrics.against_estimator import Again
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import METRICS
from ctviz.metrics.neighbours import NeighbourMetric
from ctviz.metrics.of_map import NOTHING

NO_CHANGE = Score.undefined("The slice does not change: choose a radius above 0.")


@METRICS.register("local-lipschitz")
@dataclass(frozen=True)
class LocalLipschitz(NeighbourMetric):
    r"""Largest ratio of the map's change to the slice's, each relative to its own size.

    .. math:: \max_{\|\delta\|_\infty \le r}
              \frac{\|e(x + \delta) - e(x)\|_2 / \|e(x)\|_2}{\|\delta\|_2 / \|x\|_2}

    1 is a map that changes by as large a share of itself as the slice does, such as the slice
    itself. A map that is zero everywhere has no score.
    """

    title: ClassVar[str] = "Local Lipschitz estimate"
    short: ClassVar[str] = "Lipschitz"
    summary: ClassVar[str] = (
        "How many times more the map changes than the scan does, each relative to its size, when "
        "the scan gets a trace of noise that nobody sees: 0 is not at all."
    )
    cite: ClassVar[str] = "Alvarez-Melis & Jaakkola, ICML workshop 2018. arXiv:1806.08049"
    differs: ClassVar[str] = (
        "The publication does not divide by the sizes of map and slice; maps differ in unit, and "
        "no two estimators could be compared."
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the largest ratio seen; it has no curve."""
        reference, image = values.astype(np.float64), x.astype(np.float64)
        size, brightness = float(np.linalg.norm(reference)), float(np.linalg.norm(image))
        if size == 0:
            return Curves(NOTHING)
        ratios = [
            np.linalg.norm(other - reference) / np.linalg.norm(copy - image)
            for copy, other in self.neighbours(x, again)
            if bool((copy != image).any())
        ]
        if not ratios or brightness == 0:
            return Curves(NO_CHANGE)
        return Curves(Score(float(max(ratios)) * brightness / size))
