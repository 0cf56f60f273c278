"""Relative representation stability: a map's change over that of the model's features."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.metrics.against_estimator import Again
from ctviz.metrics.against_model import Images
from ctviz.metrics.base import METRICS
from ctviz.metrics.relative_stability import RelativeStabilityMetric, relative_change


@METRICS.register("relative-representation-stability")
@dataclass(frozen=True)
class RelativeRepresentationStability(RelativeStabilityMetric):
    """Largest relative change of the map over the relative change of the network's features.

    The features are those that the network's head reads: a network that itself is shaken by noise
    excuses a map that is.
    """

    title: ClassVar[str] = "Relative representation stability"
    short: ClassVar[str] = "RRS"
    summary: ClassVar[str] = (
        "How many times more the map changes than the model's own features, under a trace of noise "
        "that does not change its answer: 0 is not at all."
    )
    cite: ClassVar[str] = "Agarwal et al., 2022. arXiv:2203.06877"
    differs: ClassVar[str] = (
        "As for relative input stability: numbers below a thousandth of their root mean square "
        "count as that, and norms are means. The publication lets one choose a layer; here it is "
        "what the network's last layer reads."
    )

    def change(self, x: Images, copy: Images, again: Again) -> float:
        """Return the features' relative change."""
        return relative_change(again.features(x), again.features(copy))
