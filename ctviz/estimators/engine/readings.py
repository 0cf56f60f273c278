"""How a tensor's numbers may be read as feature maps, and trying out whether a reading is right.

Where a network moves its values about, or keeps them as tokens, parts of the image are changed: the
places that stand for a part must change most.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isqrt

import torch
from torch import Tensor

CLEARLY = 0.2
"""How far, of 1, answers must lean to the side of what they stand for; by chance they lean 0.1."""
EXTRA_TOKENS = 8
"""So many tokens that stand for no place, such as a class token, are looked for."""


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


def token_readings(
    tokens: int, axes: tuple[int, int, int], shapes: Iterable[tuple[int, ...]], size: Sequence[int]
) -> Iterator[LayerReading]:
    """Yield the ways to read a row of tokens as a grid, with few tokens before or behind it.

    Parameters
    ----------
    tokens
        How many there are.
    axes
        Those of the image, the channels and the tokens.
    shapes
        Of what the network makes: a grid that it has somewhere may be that of the tokens.
    size
        (h, w) of the image, whose shape is tried for networks that cut it up otherwise.
    """
    for grid in _grids(tokens, shapes, size):
        extra = tokens - grid[0] * grid[1]
        yield from (LayerReading(axes, grid, skipped) for skipped in {0, extra})


def _grids(
    tokens: int, shapes: Iterable[tuple[int, ...]], size: Sequence[int]
) -> set[tuple[int, int]]:
    height, width = size
    grids = {(shape[-2], shape[-1]) for shape in shapes if len(shape) == 4}
    for places in range(max(1, tokens - EXTRA_TOKENS), tokens + 1):
        rows = isqrt(places * height // width)
        if rows and places % rows == 0 and rows * width == places // rows * height:
            grids.add((rows, places // rows))
    return {
        (rows, columns)
        for rows, columns in grids
        if 0 <= tokens - rows * columns <= EXTRA_TOKENS and max(rows, columns) > 1
    }


@dataclass(frozen=True, eq=False)
class Trial:
    """How much each number of a tensor changes when parts of the image are changed."""

    x: Tensor
    make: Callable[[Tensor], Tensor]
    """What makes the tensor of an image."""
    usual: Tensor
    changed: dict[tuple[int, ...], Tensor] = field(default_factory=dict)
    """What came of each changed part, for readings of one grid have the same parts."""

    @classmethod
    def of(cls, x: Tensor, make: Callable[[Tensor], Tensor]) -> "Trial":
        """Return the trial of what is made of an image (1, C, h, w)."""
        return cls(x, make, make(x))

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
            tensor = self._with(changed)
            if tensor.shape != self.usual.shape:
                return torch.zeros(reading.grid)
            change = (reading(tensor) - reading(self.usual)).abs()
            changes.append(change.sum(0).double().cpu())
        total = changes[0] + changes[1]
        return torch.where(total > 0, (changes[0] - changes[1]) / total, 0.0)

    def _with(self, part: Tensor) -> Tensor:
        """Return the tensor of the image with a part (h', w') of it changed."""
        key = (len(part), *part.flatten().tolist())
        if key not in self.changed:
            self.changed[key] = self.make(disturbed(self.x, part))
        return self.changed[key]


def _leaning(answers: Tensor, weights: Tensor) -> float:
    """Return the share, from -1 to 1, of answers that lean to the side of their weight."""
    return float((answers * weights).sum() / weights.abs().sum())


def _from_end_to_end(places: int) -> Tensor:
    return torch.linspace(-1, 1, places).double() if places > 1 else torch.zeros(1).double()


def disturbed(x: Tensor, part: Tensor) -> Tensor:
    """Return the image with noise over the part (h', w') of it."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.rand(x.shape, generator=generator, dtype=torch.float64) - 0.5
    spread = float(x.max() - x.min()) or 1.0
    height, width = x.shape[-2:]
    rows = torch.arange(height) * part.shape[0] // height
    columns = torch.arange(width) * part.shape[1] // width
    return x + (2 * spread * noise * part[rows][:, columns]).to(x)
