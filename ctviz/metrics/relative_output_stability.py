"""Relative output stability: a map's change over that of the model's class scores."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.metrics.against_estimator import Again
from ctviz.metrics.against_model import Images
from ctviz.metrics.base import METRICS
from ctviz.metrics.relative_stability import RelativeStabilityMetric


@METRICS.register("relative-output-stability")
@dataclass(frozen=True)
class RelativeOutputStability(RelativeStabilityMetric):
    r"""Largest relative change of the map over the change of the class scores.

    Δ is :math:`\|h(x) - h(x + \delta)\|_2` of the logits h, not relative, as published: log-odds
    have a unit of their own.
    """

    title: ClassVar[str] = "Relative output stability"
    short: ClassVar[str] = "ROS"
    summary: ClassVar[str] = (
        "How much the map changes for each unit by which the model's log-odds change, under a "
        "trace of noise that does not change its answer: 0 is not at all."
    )
    cite: ClassVar[str] = "Agarwal et al., 2022. arXiv:2203.06877"
    differs: ClassVar[str] = (
        "As for relative input stability: importance below a thousandth of the map's root mean "
        "square counts as that, and the map's norm is a mean over its pixels."
    )

    def change(self, x: Images, copy: Images, again: Again) -> float:
        """Return the distance of the logits."""
        return float(np.linalg.norm(again.scores(copy) - again.scores(x)))
