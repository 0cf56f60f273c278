"""Showing the model only what a map calls important, and asking what is left of its answer."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Progress, Score, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric, Image
from ctviz.metrics.base import CONSTANT, is_constant
from ctviz.metrics.batches import probabilities
from ctviz.metrics.erasing import erase
from ctviz.metrics.fills import CHOICES, fillers, tried


@dataclass(frozen=True)
class HighlightMetric(FidelityMetric):
    r"""A metric of the image that is dimmed wherever a map is less than its maximum.

    .. math:: x' = f + \frac{\max(e, 0)}{\max_i e_i} \odot (x - f)

    f is the whole image filled: where the map says nothing for the class, only that is left, and
    everywhere if it is nowhere positive. A constant map has no score.
    """

    of_probabilities: ClassVar[bool] = True

    fill: str = param("paper", choices=CHOICES, help="What is left where the map says nothing.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    @abstractmethod
    def judge(self, whole: float, highlighted: float) -> Score:
        """Return the score of the probabilities of the untouched and the highlighted image."""

    def passes(self, maps: int, size: tuple[int, int]) -> int:  # noqa: ARG002 - whatever its size
        """Return the ends, and one highlighted image for each map."""
        return 1 + len(tried(self.fill)) + maps

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return each map's score; it has no curve."""
        progress.start(self.passes(len(maps), image.shape[1:]))
        erased = erase(image, fillers(self.fill, image), classify, self.batch, progress)
        empty = erased.fill(np.ones(image.shape[1:], bool))

        def highlighted() -> Iterator[Image]:
            for values in maps:
                yield (empty + highlight(values) * (image - empty)).astype(np.float32)

        answers = probabilities(highlighted(), classify, self.batch, progress)
        return [
            Curves(CONSTANT if is_constant(values) else self.judge(erased.untouched, answer))
            for values, answer in zip(maps, answers.tolist(), strict=True)
        ]


def highlight(values: FloatMap) -> FloatMap:
    """Return what a map (h, w) says for the class, as shares of its maximum, 0 to 1."""
    positive = np.maximum(values.astype(np.float64), 0.0)
    return np.asarray(positive / (positive.max() or 1.0), np.float32)
