"""Max-sensitivity: how much a map can change while the slice hardly does."""

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


@METRICS.register("max-sensitivity")
@dataclass(frozen=True)
class MaxSensitivity(NeighbourMetric):
    r"""Largest relative change of the map when noise too faint to see is added to the slice.

    .. math:: \max_{\|\delta\|_\infty \le r} \frac{\|e(x + \delta) - e(x)\|_2}{\|e(x)\|_2}

    The publication does not divide by the map's own norm; maps differ in unit. A map that is zero
    everywhere has no score.
    """

    title: ClassVar[str] = "Max-sensitivity"
    summary: ClassVar[str] = (
        "How much the map changes, relative to its size, when the scan gets a trace of noise that "
        "nobody sees: 0 is not at all, 1 as much as the map itself."
    )
    cite: ClassVar[str] = "Yeh et al., NeurIPS 2019. arXiv:1901.09392"
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the largest change seen; it has no curve."""
        reference = values.astype(np.float64)
        size = float(np.linalg.norm(reference))
        if size == 0:
            return Curves(NOTHING)
        changes = [np.linalg.norm(other - reference) for _, other in self.neighbours(x, again)]
        return Curves(Score(float(max(changes)) / size))
