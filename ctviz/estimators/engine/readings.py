"""How a tensor's numbers may be read as feature maps, and trying out whether a reading is right.

Where a network moves its values about, or keeps them as tokens, parts of the image are changed: the
places that stand for a part must change most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.graph import watched

CLEARLY = 0.2
"""How far, of 1, answers must lean to the side of what they stand for; by chance they lean 0.1."""


@dataclass(frozen=True)
class LayerReading:
    """How a tensor's numbers make feature maps (C', h', w')."""

    axes: tuple[int, ...]
    """The tensor's axes in the order: image, channels, places (one axis, or rows and columns)."""
    grid: tuple[int, int]
    skipped: int = 0
    """Number of tokens that come before those of the grid."""

    def __call__(self, tensor: Tensor) -> Tensor:
        """Return the feature maps (C', h', w') of one image's tensor."""
        height, width = self.grid
        places = tensor.permute(self.axes)[0].flatten(1)
        places = places[:, self.skipped : self.skipped + height * width]
        return places.reshape(-1, height, width)


AS_IT_IS = (0, 1, 2, 3)
"""The axes of a picture (N, C, h, w)."""


@dataclass(frozen=True, eq=False)
class Trial:
    """How much each number of a tensor changes when parts of the image are changed."""

    class_score: ClassScore
    place: int
    usual: Tensor

    @classmethod
    def of(cls, class_score: ClassScore, place: int) -> "Trial":
        """Return the trial of what a network makes at a place of its run."""
        return cls(class_score, place, cls._tensor(class_score, place, class_score.x))

    def best(self, readings: Sequence[LayerReading]) -> LayerReading | None:
        """Return the reading whose places answer best to what they stand for, if any does."""
        marks = {reading: self._mark(reading) for reading in readings}
        best = max(readings, key=marks.__getitem__)
        return best if marks[best] > 0 else None

    def _mark(self, reading: LayerReading) -> float:
        """Return how well places answer to the part of the image that they stand for.

        It is 0 if they answer to another part, or no better along one axis than along the other.
        """
        height, width = reading.grid
        rows = _from_end_to_end(height)[:, None].expand(height, width)
        columns = _from_end_to_end(width).expand(height, width)
        own, other = [], []
        for weights, crossed in ((rows, columns), (columns, rows)):
            if bool((weights == 0).all()):
                continue
            answers = self._answers(reading, weights > 0)
            own.append(_leaning(answers, weights))
            other.append(abs(_leaning(answers, crossed)))
        if min(own) < max(CLEARLY, 2 * max(other)):
            return 0.0
        if len(self.usual.shape) == 3 and width > 1:
            odd = torch.arange(width).expand(height, width) % 2 - 0.5
            fine = _leaning(self._answers(reading, odd > 0), odd)
            return max(0.0, fine) * sum(own)
        return sum(own)

    def _answers(self, reading: LayerReading, part: Tensor) -> Tensor:
        """Return (h', w') how much more places change by one part of the image than by the rest."""
        changes = []
        for changed in (part, ~part):
            tensor = self._tensor(
                self.class_score, self.place, _disturbed(self.class_score.x, changed)
            )
            if tensor.shape != self.usual.shape:
                return torch.zeros(reading.grid)
            change = (reading(tensor) - reading(self.usual)).abs()
            changes.append(change.sum(0).double().cpu())
        total = changes[0] + changes[1]
        return torch.where(total > 0, (changes[0] - changes[1]) / total, 0.0)

    @staticmethod
    def _tensor(class_score: ClassScore, place: int, image: Tensor) -> Tensor:
        run = watched(class_score.network, image, ask=class_score.scores, keep=[place])
        return run.kept.get(place, torch.empty(0))


def _leaning(answers: Tensor, weights: Tensor) -> float:
    """Return the share, from -1 to 1, of answers that lean to the side of their weight."""
    return float((answers * weights).sum() / weights.abs().sum())


def _from_end_to_end(places: int) -> Tensor:
    return torch.linspace(-1, 1, places).double() if places > 1 else torch.zeros(1).double()


def _disturbed(x: Tensor, part: Tensor) -> Tensor:
    """Return the image with noise over the part (h', w') of it."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.rand(x.shape, generator=generator, dtype=torch.float64) - 0.5
    spread = float(x.max() - x.min()) or 1.0
    height, width = x.shape[-2:]
    rows = torch.arange(height) * part.shape[0] // height
    columns = torch.arange(width) * part.shape[1] // width
    return x + (2 * spread * noise * part[rows][:, columns]).to(x)
