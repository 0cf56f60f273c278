"""How much a map changes relative to what changes in the slice, the answer or the features."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import FloatMap, Score
from ctviz.metrics.against_estimator import Again
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import Numbers
from ctviz.metrics.neighbours import NeighbourMetric
from ctviz.metrics.of_map import NOTHING

FLOOR = 1e-3
"""Numbers smaller than this share of their root mean square count as large as that."""

LEAST = 1e-6
"""A smaller relative change counts as this one: what does not move must not make any map bad."""

NO_NEIGHBOUR = Score.undefined(
    "The model gives every noisy copy another answer, so their maps explain something else."
)


@dataclass(frozen=True)
class RelativeStabilityMetric(NeighbourMetric):
    r"""A metric of the largest relative change of a map, over that of something else.

    .. math:: \max_\delta \frac{\left\| (e(x) - e(x + \delta)) / e(x) \right\|_2}
              {\max(\Delta, \Delta_{min})}

    Only noisy copies count that the model gives the same answer. The map's change is relative pixel
    by pixel, root mean square over the pixels; a pixel of no importance would divide by zero, so
    importance below a thousandth of the map's root mean square counts as that.
    """

    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    @abstractmethod
    def change(self, x: Images, copy: Images, again: Again) -> float:
        """Return how much something changed from an input to its noisy copy (1, C, h, w)."""

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the largest ratio seen; it has no curve."""
        if not values.any():
            return Curves(NOTHING)
        answer = _answer(x, again)
        reference = values.astype(np.float64)
        ratios = [
            relative_change(reference, other) / max(self.change(x, copy, again), LEAST)
            for copy, other in self.neighbours(x, again)
            if _answer(copy, again) == answer
        ]
        return Curves(Score(max(ratios)) if ratios else NO_NEIGHBOUR)


def _answer(x: Images, again: Again) -> tuple[int, ...]:
    """Return which class the network answers, or which findings are there."""
    scores = again.scores(x)
    if again.multi_label:
        return tuple(map(int, np.flatnonzero(scores >= 0)))
    return (int(np.argmax(scores)),)


def relative_change(before: Numbers | FloatMap, after: Numbers | FloatMap) -> float:
    """Return the root mean square of a change of numbers (n, …), each relative to what it was."""
    old = np.asarray(before, np.float64)
    size = np.sqrt(np.mean(np.square(old)))
    scale = np.maximum(np.abs(old), FLOOR * size) if size > 0 else np.ones_like(old)
    return float(np.sqrt(np.mean(np.square((np.asarray(after, np.float64) - old) / scale))))
