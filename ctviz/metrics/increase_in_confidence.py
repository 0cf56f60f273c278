"""Increase in confidence: whether the model is surer when it sees only what is important."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import Score
from ctviz.metrics.base import METRICS
from ctviz.metrics.highlighting import HighlightMetric


@METRICS.register("increase-in-confidence")
@dataclass(frozen=True)
class IncreaseInConfidence(HighlightMetric):
    """Whether the highlighted image is more probably of the class than the whole one: 1 or 0.

    Over patients the mean is the publication's rate.
    """

    title: ClassVar[str] = "Increase in confidence"
    short: ClassVar[str] = "Increase"
    summary: ClassVar[str] = (
        "Whether the model is surer of its answer when it sees the scan only where the map is "
        "bright: 1 if so, else 0; over patients, how often."
    )
    cite: ClassVar[str] = "Chattopadhay et al., WACV 2018. arXiv:1710.11063"
    differs: ClassVar[str] = (
        "As for the average drop: what is left where the map says nothing is a choice, by default "
        "the constant that erases the class."
    )
    hits: ClassVar[bool] = True

    def judge(self, whole: float, highlighted: float) -> Score:
        """Return whether confidence grew."""
        return Score(float(highlighted > whole))
