"""The spread of a map by itself: neither a reader nor the model is asked."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from ctviz.core import FloatMap, InvalidInput, Score
from ctviz.metrics.base import Group, Metric, Numbers, T
from ctviz.metrics.evaluator import Evaluator
from ctviz.metrics.given import array_of, finite_map

NOTHING = Score.undefined("The map is zero everywhere: it has no importance to spread.")


@dataclass(frozen=True)
class MapMetric(Metric):
    """A metric that needs the map alone: how its importance is spread over the pixels.

    The sign does not matter. The map is checked here, so a subclass only meets shares that are
    not negative and add up to one; a map that is zero everywhere has no score.
    """

    group: ClassVar[Group] = "spread"
    grid: ClassVar[Literal["scan", "network"]] = "network"

    @final
    def evaluated_by(self, evaluator: Evaluator[T]) -> T:
        """Hand itself to what scores by metrics of this kind."""
        return evaluator.of_map(self)

    @final
    def __call__(self, values: FloatMap) -> Score:
        """Score a map (h, w)."""
        shape = array_of(values, "The map").shape
        if len(shape) != 2 or 0 in shape:
            raise InvalidInput(f"A map has rows and columns; this one has the shape {shape}.")
        magnitude = np.abs(finite_map(values).astype(np.float64)).ravel()
        total = magnitude.sum()
        return self.spread(magnitude / total) if total > 0 else NOTHING

    @abstractmethod
    def spread(self, shares: Numbers) -> Score:
        """Score the share (h·w,) that each pixel has in all importance."""
