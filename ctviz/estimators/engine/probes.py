"""Where gradients are taken. Equal probes give equal points, so estimators can share them.

Chance comes from a generator of its own, on the CPU and one point at a time: the points depend on
the seed alone, not on the device or on how many points make a batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import torch
from scipy.fft import dctn, idctn
from torch import Tensor

from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import End, Ends, FromUniform
from ctviz.networks import sent

Probe: TypeAlias = tuple[Tensor, Tensor]
"""A point (1, C, h, w), and the image minus the baseline the point belongs to (1, C, h, w)."""


@dataclass(frozen=True)
class Probes(ABC):
    """Base of the ways to choose points around or towards an image."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many points there are."""

    @abstractmethod
    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield the points one by one."""

    def ends(self) -> Ends | None:
        """Return where the paths on which the points lie begin and end; None if on no path."""
        return None


@dataclass(frozen=True)
class AtTheImage(Probes):
    """The image itself."""

    @property
    def count(self) -> int:
        """One."""
        return 1

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield the image; its baseline is zero."""
        yield class_score.x, class_score.x


@dataclass(frozen=True)
class GaussianNoise(Probes):
    """Copies of the image with Gaussian noise, its σ a share of the image's range of values."""

    samples: int
    noise: float
    seed: int

    @property
    def count(self) -> int:
        """One per noisy copy."""
        return self.samples

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield noisy copies; their baseline is zero."""
        x = class_score.x
        generator = torch.Generator().manual_seed(self.seed)
        sigma = self.noise * (x.max() - x.min())
        for _ in range(self.samples):
            yield x + sigma * sent(torch.randn(x.shape, generator=generator), x), x


@dataclass(frozen=True)
class StraightPath(Probes):
    """Midpoints of equal steps on the straight path from a uniform baseline to the image."""

    steps: int
    baseline: float

    @property
    def count(self) -> int:
        """One per step."""
        return self.steps

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield the points from the baseline's end to the image's."""
        difference = class_score.x - self.baseline
        for step in range(self.steps):
            yield self.baseline + (step + 0.5) / self.steps * difference, difference

    def ends(self) -> Ends:
        """Return the baseline and the image."""
        return FromUniform((self.baseline,))


@dataclass(frozen=True)
class ReferencePaths(Probes):
    """Random points on straight paths from random reference images to the image.

    Without references, uniform images of a random grey level between 0 and 1 take their place.
    """

    samples: int
    seed: int

    @property
    def count(self) -> int:
        """One per draw of a reference."""
        return self.samples

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield points at α ~ U(0, 1) on the way from references drawn with replacement."""
        for reference, alpha in self.references(class_score):
            difference = class_score.x - reference
            yield reference + alpha * difference, difference

    def ends(self) -> Ends:
        """Return the drawn references and the image."""
        return FromReferences(self)

    def references(self, class_score: ClassScore) -> Iterator[tuple[Tensor, float]]:
        """Yield drawn references (1, C, h, w), and how far on the way from each a point lies."""
        generator = torch.Generator().manual_seed(self.seed)
        for _ in range(self.samples):
            choice, alpha = torch.rand(2, generator=generator).tolist()
            yield self._reference(class_score, choice), alpha

    @staticmethod
    def _reference(class_score: ClassScore, choice: float) -> Tensor:
        if class_score.references is None:
            return torch.full_like(class_score.x, choice)
        index = int(choice * len(class_score.references))
        return class_score.references[index : index + 1]


@dataclass(frozen=True)
class NoisyReferencePaths(Probes):
    """Random points on straight paths from random reference images to noisy copies of the image."""

    paths: ReferencePaths
    noise: float

    @property
    def count(self) -> int:
        """One per draw of a reference."""
        return self.paths.count

    @property
    def copies(self) -> GaussianNoise:
        """The noisy copies, one for each draw."""
        return GaussianNoise(self.paths.samples, self.noise, self.paths.seed)

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield points at α ~ U(0, 1) on the way from each reference to its noisy copy."""
        drawn = zip(self.paths.references(class_score), self.copies.draw(class_score), strict=True)
        for (reference, alpha), (copy, _) in drawn:
            difference = copy - reference
            yield reference + alpha * difference, difference

    def ends(self) -> Ends:
        """Return the drawn references and the noisy copies."""
        return FromReferencesToCopies(self)


@dataclass(frozen=True)
class NoisyPaths(Probes):
    """The paths to noisy copies of the image, one copy after the other."""

    copies: GaussianNoise
    path: StraightPath

    @property
    def count(self) -> int:
        """One per step of each copy's path."""
        return self.copies.count * self.path.count

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield the points; their difference is the noisy copy less its baseline."""
        for copy, _ in self.copies.draw(class_score):
            yield from self.path.draw(replace(class_score, x=copy))

    def ends(self) -> Ends:
        """Return the baseline and the noisy copies."""
        return ToNoisyCopies(self)


@dataclass(frozen=True)
class BlurPath(Probes):
    """Points on the way from the blurred image, through ever less blurred ones, to the image.

    The blur σ falls quadratically, for the last of it changes the image most. Beyond its border
    the image goes on mirrored.
    """

    steps: int
    blur: float

    @property
    def count(self) -> int:
        """One between each two neighbours."""
        return self.steps

    def draw(self, class_score: ClassScore) -> Iterator[Probe]:
        """Yield the midpoints; their difference is the step, as if it were the whole way."""
        for before, after in pairwise(self.stations(class_score.x)):
            yield (before + after) / 2, self.steps * (after - before)

    def ends(self) -> Ends:
        """Return the most blurred image and the sharp one."""
        return FromBlurred(self)

    def stations(self, x: Tensor) -> Iterator[Tensor]:
        """Yield the images (1, C, h, w) that the steps lead to, the most blurred one first."""
        # A mirrored image is a sum of cosines, each of which a blur only makes weaker.
        waves = dctn(x.cpu().double().numpy(), axes=(2, 3))
        down, across = (np.pi * np.arange(side) / side for side in x.shape[-2:])
        fading = (np.square(down)[:, None] + np.square(across)) / 2
        largest = self.blur * max(x.shape[-2:])
        for step in range(self.steps):
            sigma = largest * (1 - step / self.steps) ** 2
            blurred = idctn(waves * np.exp(-(sigma**2) * fading), axes=(2, 3))
            yield sent(torch.from_numpy(blurred), x)
        yield x


@dataclass(frozen=True)
class FromReferences(Ends):
    """From the very references that were drawn to the image."""

    paths: ReferencePaths

    @property
    def count(self) -> int:
        """One per draw, and the image."""
        return self.paths.samples + 1

    def draw(self, class_score: ClassScore) -> Iterator[End]:
        """Yield the references and the image."""
        for reference, _ in self.paths.references(class_score):
            yield -1 / self.paths.samples, reference
        yield 1.0, class_score.x


@dataclass(frozen=True)
class FromReferencesToCopies(Ends):
    """From the very references that were drawn to as many noisy copies of the image."""

    paths: NoisyReferencePaths

    @property
    def count(self) -> int:
        """One reference and one copy per draw."""
        return 2 * self.paths.count

    def draw(self, class_score: ClassScore) -> Iterator[End]:
        """Yield the references and the copies."""
        for reference, _ in self.paths.paths.references(class_score):
            yield -1 / self.paths.count, reference
        for copy, _ in self.paths.copies.draw(class_score):
            yield 1 / self.paths.count, copy


@dataclass(frozen=True)
class ToNoisyCopies(Ends):
    """From a baseline to noisy copies of the image; what matters is the mean of their scores."""

    paths: NoisyPaths

    @property
    def count(self) -> int:
        """One per copy, and the baseline."""
        return self.paths.copies.samples + 1

    def draw(self, class_score: ClassScore) -> Iterator[End]:
        """Yield the baseline and the copies."""
        yield -1.0, torch.full_like(class_score.x, self.paths.path.baseline)
        for copy, _ in self.paths.copies.draw(class_score):
            yield 1 / self.paths.copies.samples, copy


@dataclass(frozen=True)
class FromBlurred(Ends):
    """From the most blurred image of a path to the image."""

    path: BlurPath

    @property
    def count(self) -> int:
        """Two."""
        return 2

    def draw(self, class_score: ClassScore) -> Iterator[End]:
        """Yield the blurred image and the image."""
        yield -1.0, next(self.path.stations(class_score.x))
        yield 1.0, class_score.x
