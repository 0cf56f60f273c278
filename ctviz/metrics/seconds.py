"""Seconds: what a map costs."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import ImportanceMap, Score
from ctviz.metrics.base import METRICS
from ctviz.metrics.of_record import RecordMetric


@METRICS.register("seconds")
@dataclass(frozen=True)
class Seconds(RecordMetric):
    """Time that the map took when it was computed.

    Estimators that were computed together split the passes that they share, so a map is cheaper
    in company. A map that comes from the cache keeps the time of its making. Only times of one
    computer, one model and one session of work compare.
    """

    title: ClassVar[str] = "Seconds"
    summary: ClassVar[str] = (
        "How long the map took to compute on the computer that made it, including its share of "
        "work done together with other maps."
    )
    cite: ClassVar[str] = "A stopwatch, no publication"
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def __call__(self, importance: ImportanceMap) -> Score:
        """Return the recorded time in seconds."""
        if not 0 <= importance.seconds < math.inf:
            return Score.undefined("Nobody noted how long the map took.")
        return Score(importance.seconds)
