"""Where the paths of a map begin and end.

Along a path the gradient sums to the change of the class score, f_t(x) - f_t(x'). So a map that is
made along paths can be held against a few scores, see `completeness_gap`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from ctviz.estimators.engine.class_score import ClassScore

End: TypeAlias = tuple[float, Tensor]
"""How much a score counts, positive where paths end and negative where they begin, and its image.

The image is (1, C, h, w).
"""


class Ends(ABC):
    """Base of the ends of paths: the map should sum to their weighted scores."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many images there are."""

    @abstractmethod
    def draw(self, class_score: ClassScore) -> Iterator[End]:
        """Yield the ends one by one."""


@dataclass(frozen=True)
class FromUniform(Ends):
    """From uniform images of these grey levels, equally often, to the image."""

    levels: tuple[float, ...]

    @property
    def count(self) -> int:
        """One per level, and the image."""
        return len(self.levels) + 1

    def draw(self, class_score: ClassScore) -> Iterator[End]:
        """Yield the uniform images and the image."""
        for level in self.levels:
            yield -1 / len(self.levels), torch.full_like(class_score.x, level)
        yield 1.0, class_score.x
