"""What was noted when a map was made: neither a reader nor the model nor the pixels are asked."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from ctviz.core import ImportanceMap, Score
from ctviz.metrics.base import Group, Metric, T
from ctviz.metrics.evaluator import Evaluator


@dataclass(frozen=True)
class RecordMetric(Metric):
    """A metric that reads an ImportanceMap's record, not its values; the sign does not matter."""

    group: ClassVar[Group] = "behaviour"
    grid: ClassVar[Literal["scan", "network"]] = "network"

    @final
    def evaluated_by(self, evaluator: Evaluator[T]) -> T:
        """Hand itself to what scores by metrics of this kind."""
        return evaluator.of_record(self)

    @abstractmethod
    def __call__(self, importance: ImportanceMap) -> Score:
        """Score a map by its record."""
