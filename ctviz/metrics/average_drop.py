"""Average drop: what the model's confidence loses when it sees only what is important."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import Score
from ctviz.metrics.base import METRICS
from ctviz.metrics.highlighting import HighlightMetric
from ctviz.metrics.irof import NEVER


@METRICS.register("average-drop")
@dataclass(frozen=True)
class AverageDrop(HighlightMetric):
    r"""Share of the confidence that is lost on the highlighted image, :math:`\max(0, p - p') / p`.

    A map that lights up everything loses nothing: it must be read beside `entropy` or `sparseness`.
    """

    title: ClassVar[str] = "Average drop"
    summary: ClassVar[str] = (
        "How much of the model's confidence is lost when it sees the scan only where the map is "
        "bright: 0 nothing, 1 all of it."
    )
    cite: ClassVar[str] = "Chattopadhay et al., WACV 2018. arXiv:1710.11063"
    differs: ClassVar[str] = (
        "The publication multiplies the normalised image by the map, so that the mean grey is "
        "left; here the fill is a choice, by default the constant that erases the class."
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    def judge(self, whole: float, highlighted: float) -> Score:
        """Return the share lost."""
        return Score(max(0.0, whole - highlighted) / whole) if whole > 0 else NEVER
