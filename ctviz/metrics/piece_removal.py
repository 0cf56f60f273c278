"""Removing whole pieces of the image, the most important first, and watching the answer."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Progress, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric, Image
from ctviz.metrics.base import CONSTANT, Numbers, is_constant
from ctviz.metrics.batches import probabilities
from ctviz.metrics.erasing import erase
from ctviz.metrics.fills import CHOICES, Filler, fillers, tried
from ctviz.metrics.removal import removal_order
from ctviz.metrics.tiles import Pieces, number_of_tiles


@dataclass(frozen=True)
class PieceRemovalMetric(FidelityMetric):
    """A metric that removes the image piece by piece, the most important first.

    Pieces do not depend on the map, so a map of fine grain has no advantage over a coarse one.
    Pieces of equal importance are removed in an order drawn from ``seed``. A constant map has no
    score.
    """

    of_probabilities: ClassVar[bool] = True

    fill: str = param("paper", choices=CHOICES, help="What replaces removed pieces.")
    along: int = param(
        10, low=2, high=64, help="Pieces along each side of the image. More is finer and slower."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Order of equally important pieces.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    @abstractmethod
    def pieces(self, image: Image) -> Pieces:
        """Return the pieces (h, w) of an image (C, h, w), as many as there are tiles."""

    @abstractmethod
    def importance(self, values: FloatMap, pieces: Pieces) -> Numbers:
        """Return how important a map (h, w) calls each piece."""

    @abstractmethod
    def removed(self, number: int) -> int:
        """Return how many of so many pieces are removed one after the other."""

    @abstractmethod
    def judge(self, heights: Numbers, number: int) -> Curves:
        """Return the score of the probabilities after 0, 1, 2 … of so many pieces."""

    def passes(self, maps: int, size: tuple[int, int]) -> int:
        """Return the ends, which all maps share, and an image for each piece of each map."""
        number = number_of_tiles(size, self.along)
        between = min(self.removed(number), number - 1)
        return 1 + len(tried(self.fill)) + maps * between

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return each map's score; the untouched image and the filled one are classified once."""
        progress.start(self.passes(len(maps), image.shape[1:]))
        erased = erase(image, fillers(self.fill, image), classify, self.batch, progress)
        pieces = self.pieces(image)
        number = int(pieces.max()) + 1
        between = min(self.removed(number), number - 1)

        def curves(values: FloatMap) -> Curves:
            images = self._perturbed(erased.fill, values, pieces, between)
            heights = probabilities(images, classify, self.batch, progress)
            last = [erased.filled] if self.removed(number) == number else []
            if is_constant(values):
                return Curves(CONSTANT)
            return self.judge(np.array([erased.untouched, *heights, *last]), number)

        return [curves(values) for values in maps]

    def _perturbed(
        self, fill: Filler, values: FloatMap, pieces: Pieces, steps: int
    ) -> Iterator[Image]:
        order = removal_order(self.importance(values, pieces).astype(np.float32), self.seed)
        for count in range(1, steps + 1):
            yield fill(np.isin(pieces, order[:count]))


def sums_of(values: FloatMap, pieces: Pieces) -> Numbers:
    """Return a map's sum (n,) over each piece."""
    return np.asarray(np.bincount(pieces.ravel(), values.ravel().astype(np.float64)), np.float64)
