"""Solving a system of neighbouring pixels on ever coarser grids at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Mask

Grid: TypeAlias = NDArray[np.float32]
"""(h, w) within a frame of zeros: neighbours lie at fixed distances in memory, row after row."""

COARSEST = 8
"""Cells along the longer side of a grid that is small enough to be solved directly."""

DAMPING = np.float32(0.85)
"""Of a Jacobi step: removes what differs between neighbours, which coarser grids cannot see."""

STIFFNESS = np.float32(1.8)
"""How much stiffer blocks of constant value are than the cells they stand for."""

MOST_STEPS = 100
"""Of conjugate gradients, which take some ten."""

EDGE, CORNER = np.float32(1 / 6), np.float32(1 / 12)
"""Weights of the four nearest neighbours and of the four diagonal ones."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """A symmetric positive definite system of a grid's cells, which are blocks of pixels.

    Parameters
    ----------
    diagonal
        Each cell's own weight, 0 where nothing is unknown.
    couplings
        How strongly a cell pulls at the one to its right, its lower left, below, its lower right.
    """

    diagonal: Grid
    couplings: tuple[Grid, ...]

    @cached_property
    def unknown(self) -> Grid:
        """1 where a cell is unknown, 0 elsewhere."""
        return (self.diagonal > 0).astype(np.float32)

    @cached_property
    def smoothing(self) -> Grid:
        """What a residual is multiplied by in a Jacobi step."""
        divisor = np.where(self.diagonal > 0, self.diagonal, np.float32(1))
        return np.asarray(DAMPING * self.unknown / divisor, np.float32)

    @cached_property
    def room(self) -> tuple[Grid, Grid, Grid, Grid]:
        """Grids to compute in, again and again: new memory would cost more than the sums."""
        first, second, third, fourth = np.zeros((4, *self.diagonal.shape), np.float32)
        return first, second, third, fourth

    @property
    def distances(self) -> tuple[int, ...]:
        """How many numbers further in memory the four neighbours are."""
        width = self.diagonal.shape[1]
        return 1, width - 1, width, width + 1

    def times(self, values: Grid) -> Grid:
        """Return the left side of the system, in a grid that the next call writes to again."""
        product = np.multiply(self.diagonal, values, out=self.room[0])
        source, sums, pull = (grid.ravel() for grid in (values, product, self.room[1]))
        for distance, coupling in zip(self.distances, self.couplings, strict=True):
            weights, here = coupling.ravel()[:-distance], pull[:-distance]
            sums[:-distance] -= np.multiply(weights, source[distance:], out=here)
            sums[distance:] -= np.multiply(weights, source[:-distance], out=here)
        return product

    def residual(self, right: Grid, values: Grid) -> Grid:
        """Return what the left side lacks, in a grid that the next call writes to again."""
        left = self.times(values)
        return np.subtract(right, left, out=left)

    def coarser(self) -> "Blocks":
        """Return the system of blocks of 2 by 2 cells, which have one value each."""
        own, right, lower_left, below, lower_right = map(
            _quarters, (self.diagonal, *self.couplings)
        )
        inside = right[0] + right[2] + below[0] + below[1] + lower_right[0] + lower_left[1]
        to_right = right[1] + right[3] + lower_right[1]
        to_right[:, :-1] += lower_left[0][:, 1:]
        to_below = below[2] + below[3] + lower_right[2] + lower_left[3]
        diagonal = own[0] + own[1] + own[2] + own[3] - 2 * inside
        couplings = to_right, lower_left[2], to_below, lower_right[3]
        return Blocks(
            np.pad(diagonal / STIFFNESS, 1),
            tuple(np.pad(coupling / STIFFNESS, 1) for coupling in couplings),
        )

    def inverse(self) -> Grid:
        """Return the dense inverse (n, n) of a small grid of n cells with its frame."""
        system = np.diag(np.where(self.diagonal > 0, self.diagonal, 1).ravel().astype(float))
        for distance, coupling in zip(self.distances, self.couplings, strict=True):
            (cells,) = np.nonzero(coupling.ravel())
            pulls = coupling.ravel()[cells]
            system[cells, cells + distance] -= pulls
            system[cells + distance, cells] -= pulls
        return np.linalg.inv(system).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Pixels(Blocks):
    """The finest grid, whose couplings are the same wherever both pixels are unknown."""

    @classmethod
    def of(cls, unknown: Grid, total: Grid) -> Self:
        """Return the system of the unknown pixels; ``total`` is the weight of all neighbours."""
        width = unknown.shape[1]
        couplings = tuple(
            _coupled(unknown, distance, weight)
            for distance, weight in (
                (1, EDGE),
                (width - 1, CORNER),
                (width, EDGE),
                (width + 1, CORNER),
            )
        )
        return cls(unknown * total, couplings)

    def times(self, values: Grid) -> Grid:
        """Return the left side of the system, in a grid that the next call writes to again."""
        product, *room, around = self.room
        np.multiply(self.diagonal, values, out=product)
        neighbours(values, around, *room)
        around *= self.unknown
        return np.subtract(product, around, out=product)


@dataclass(frozen=True, eq=False)
class Multigrid:
    """The systems of ever coarser grids, and the dense inverse of the coarsest.

    Each level joins 2 by 2 cells (aggregation). One `cycle` over the levels nearly solves the
    system; it preconditions conjugate gradients, which then take some ten steps whatever the
    number of pixels.

    Stüben, J. Comput. Appl. Math. 2001. doi:10.1016/S0377-0427(00)00516-1
    """

    levels: tuple[Blocks, ...]
    inverse: Grid

    @cached_property
    def solutions(self) -> list[Grid]:
        """Each level's grid for its solution."""
        return [np.zeros_like(level.diagonal) for level in self.levels]

    @classmethod
    def of(cls, finest: Blocks) -> Self:
        """Return the levels above a finest grid whose sides `framed` has chosen."""
        levels = [finest]
        while max(levels[-1].diagonal.shape) - 2 > COARSEST:
            levels.append(levels[-1].coarser())
        return cls(tuple(levels[:-1]), levels[-1].inverse())

    def cycle(self, right: Grid, depth: int = 0) -> Grid:
        """Return nearly the solution, in a grid that the next cycle writes to again.

        Smooth, correct on the coarser grids, smooth again.
        """
        if depth == len(self.levels):
            return (self.inverse @ right.ravel()).reshape(right.shape)
        level, solution = self.levels[depth], self.solutions[depth]
        np.multiply(level.smoothing, right, out=solution)
        missing = sum(_quarters(level.residual(right, solution)))
        correction = self.cycle(np.pad(missing, 1), depth + 1)[1:-1, 1:-1]
        for quarter in _quarters(solution):
            quarter += correction
        solution *= level.unknown
        change = level.residual(right, solution)
        change *= level.smoothing
        solution += change
        return solution

    def solved(self, right: Grid, *, error: float) -> Grid:
        """Return the solution, of which no number is wrong by much more than ``error``."""
        if not self.levels:
            return self.cycle(right)
        system = self.levels[0]
        solution, residual = np.zeros_like(right), right.copy()
        near = self.cycle(residual)
        way, strength = near.copy(), np.vdot(residual, near)
        for _ in range(MOST_STEPS):
            if np.abs(near).max() <= error:
                break
            pulled = system.times(way)
            length = strength / np.vdot(way, pulled)
            pulled *= length
            residual -= pulled
            solution += np.multiply(way, length, out=pulled)
            near = self.cycle(residual)
            before, strength = strength, np.vdot(residual, near)
            way *= strength / before
            way += near
        solution += near
        return solution


def framed(picture: NDArray[np.generic] | Mask) -> Grid:
    """Return a picture (h, w) with sides that can be halved until few cells are left, framed."""
    halvings = max(0, int(np.ceil(np.log2(max(picture.shape) / COARSEST))))
    whole = 2**halvings
    ends = [1 + -side % whole for side in picture.shape]
    return np.pad(picture.astype(np.float32), [(1, end) for end in ends])


def neighbours(values: Grid, *room: Grid) -> Grid:
    """Return each pixel's weighted sum over its eight neighbours, 0 in the frame.

    Parameters
    ----------
    values
        Framed by zeros.
    room
        Three grids to compute in, the first of which becomes the answer; new ones by default.
    """
    answer, one, other = room or np.zeros((3, *values.shape), np.float32)
    width, inner = values.shape[1], slice(values.shape[1] + 1, -values.shape[1] - 1)
    flat, sums, a, b = (grid.ravel() for grid in (values, answer, one, other))
    # Twice the sum of two neighbours along the rows, and twice along the columns: 1 2 1 each.
    np.add(flat[:-1], flat[1:], out=a[:-1])
    np.add(a[:-2], a[1:-1], out=b[:-2])
    np.add(b[: -2 - width], b[width:-2], out=a[: -2 - width])
    np.add(a[: -2 - 2 * width], a[width : -2 - width], out=sums[inner])
    sums[inner] -= np.multiply(flat[inner], 4, out=b[inner])
    sums[inner] *= CORNER
    return answer


def _coupled(unknown: Grid, distance: int, weight: np.float32) -> Grid:
    coupling = np.zeros_like(unknown)
    flat = unknown.ravel()
    coupling.ravel()[:-distance] = flat[:-distance] * flat[distance:] * weight
    return coupling


def _quarters(grid: Grid) -> tuple[Grid, Grid, Grid, Grid]:
    """Return the upper left, upper right, lower left and lower right cell of each block."""
    inner = grid[1:-1, 1:-1]
    return inner[::2, ::2], inner[::2, 1::2], inner[1::2, ::2], inner[1::2, 1::2]
