"""Removing random sets of pixels and asking whether the map foretells what that does."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ctviz.core import FloatMap, Mask, Progress, Score, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric, Image
from ctviz.metrics.base import CONSTANT, Numbers, is_constant
from ctviz.metrics.batches import probabilities
from ctviz.metrics.erasing import erase
from ctviz.metrics.fills import CHOICES, fillers, tried

INSENSITIVE = Score.undefined("The model's answer does not change when pixels are removed.")

STIR = 1e-7
"""Changes of probability up to this are rounding."""


@dataclass(frozen=True)
class ProbeMetric(FidelityMetric):
    """A metric that compares what the map claims of random sets of pixels with what they do.

    The sets are drawn from ``seed``, the same for all maps, so all maps share the model's passes.
    The effect of a set is the fall of the class's probability when the fill replaces it. A
    constant map has no score, nor has any map of a model whose answer never changes.
    """

    fill: str = param("paper", choices=CHOICES, help="What replaces removed pixels.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Which pixels are removed together.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    @property
    @abstractmethod
    def count(self) -> int:
        """How many sets are removed."""

    @abstractmethod
    def sets(self, shape: tuple[int, ...]) -> Iterator[Mask]:
        """Yield the ``count`` sets of pixels, masks (h, w) of that shape."""

    @abstractmethod
    def claim(self, values: FloatMap, removed: Mask, change: FloatMap) -> float:
        """Return what the map says of a set, whose removal darkens the pixels by change (h, w)."""

    @abstractmethod
    def judge(self, claims: Numbers, effects: Numbers) -> Curves:
        """Return the score of the claims (count,) about the effects (count,)."""

    def passes(self, maps: int, size: tuple[int, int]) -> int:  # noqa: ARG002 - all maps share them
        """Return the ends and one image for each set."""
        return 1 + len(tried(self.fill)) + self.count

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return each map's score; every perturbed image is classified once for all maps."""
        progress.start(self.passes(len(maps), image.shape[1:]))
        erased = erase(image, fillers(self.fill, image), classify, self.batch, progress)
        claims: list[list[float]] = []

        def perturbed() -> Iterator[Image]:
            for removed in self.sets(image.shape[1:]):
                filled = erased.fill(removed)
                change = np.sum(image - filled, axis=0)
                claims.append([self.claim(values, removed, change) for values in maps])
                yield filled

        effects = erased.untouched - probabilities(perturbed(), classify, self.batch, progress)
        return [
            self._curves(values, own, effects)
            for values, own in zip(maps, np.asarray(claims).T, strict=True)
        ]

    def _curves(self, values: FloatMap, claims: Numbers, effects: Numbers) -> Curves:
        if is_constant(values):
            return Curves(CONSTANT)
        return self.judge(claims, effects)


def correlation(one: Numbers, other: Numbers) -> float:
    """Return Pearson's correlation (n,) with (n,); both must vary."""
    return float(np.clip(np.corrcoef(one, other)[0, 1], -1.0, 1.0))
