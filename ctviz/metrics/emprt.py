"""eMPRT: whether a map becomes less orderly when its network forgets everything."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Score, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import CONSTANT, METRICS, is_constant
from ctviz.metrics.resemblance import is_lost


@METRICS.register("emprt")
@dataclass(frozen=True)
class EfficientRandomisation(BehaviourMetric):
    r"""Relative rise of the map's complexity from the trained to the wholly randomised network.

    .. math:: \frac{\xi(e_{random}) - \xi(e)}{\xi(e)}

    ξ is the entropy of the histogram of the map's values, from its least to its largest. Unlike
    `randomisation` it compares no two pictures pixel by pixel, which favours grainy maps, and it
    costs one map. A randomised map that is constant or not finite has no complexity left: -1. An
    estimator that never looks at the network scores 0.
    """

    title: ClassVar[str] = "Efficient randomisation test"
    short: ClassVar[str] = "eMPRT"
    summary: ClassVar[str] = (
        "How much more disorderly the map becomes when the model forgets all that it learnt: above "
        "0 it had an order that came from the model, 0 or below it had none."
    )
    cite: ClassVar[str] = "Hedström et al., 2024. arXiv:2401.06465"
    bounds: ClassVar[tuple[float, float]] = (-1.0, math.inf)

    bins: int = param(100, low=2, high=1000, help="Bars of the histogram whose entropy is taken.")

    @property
    def maps(self) -> int:
        """One, of the wholly randomised network."""
        return 1

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:  # noqa: ARG002
        """Return the relative rise; it has no curve."""
        if is_constant(values):
            return Curves(CONSTANT)
        before = complexity(values, self.bins)
        randomised = again(randomised=1.0)
        after = 0.0 if is_lost(randomised) else complexity(randomised, self.bins)
        return Curves(Score((after - before) / before))


def complexity(values: FloatMap, bins: int) -> float:
    """Return the entropy, in nats, of the histogram of a map that is not constant."""
    precise = values.astype(np.float64)
    low, high = precise.min(), precise.max()
    places = np.minimum(((precise - low) / (high - low) * bins).astype(np.int64), bins - 1)
    shares = np.bincount(places.ravel(), minlength=bins) / precise.size
    filled = shares[shares > 0]
    return float(-(filled * np.log(filled)).sum())
