"""Solving a system of neighbouring pixels on ever coarser grids at once."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, cg

from ctviz.metrics.base import Numbers

COARSEST = 400
"""Unknowns of a system that is solved directly."""

DAMPING = 0.7
"""Of a Jacobi step: removes what differs between neighbours, which coarser grids cannot see."""

STIFFNESS = 1.8
"""How much stiffer blocks of constant value are than the pixels they stand for."""


@dataclass(frozen=True, eq=False)
class Multigrid:
    """A symmetric positive definite system (n, n) of pixels and its coarser copies.

    Each level joins the unknowns of 2 by 2 blocks (aggregation). One `cycle` over the levels
    nearly solves the system; it preconditions conjugate gradients, which then take some ten steps
    whatever the number of pixels.

    Stüben, J. Comput. Appl. Math. 2001. doi:10.1016/S0377-0427(00)00516-1

    Parameters
    ----------
    system
        (n, n) symmetric positive definite.
    block
        (n, m) which of the m blocks a pixel belongs to.
    coarser
        The (m, m) system of the blocks, a dense inverse where it is small.
    """

    system: csr_array
    block: csr_array
    coarser: "Multigrid | Numbers"

    @classmethod
    def of(cls, system: csr_array, places: NDArray[np.intp]) -> "Self | Numbers":
        """Build the levels for pixels at the rows and columns (n, 2); small ones are inverted."""
        if len(places) <= COARSEST:
            return np.asarray(np.linalg.inv(system.toarray()))
        halved = places // 2
        number = halved[:, 0] * (halved[:, 1].max() + 1) + halved[:, 1]
        _, first, block = np.unique(number, return_index=True, return_inverse=True)
        pixels = len(places)
        joined = csr_array(
            (np.ones(pixels), block, np.arange(pixels + 1)), shape=(pixels, len(first))
        )
        coarse = (joined.T @ system @ joined).tocsr() / STIFFNESS
        return cls(system, joined, cls.of(coarse, halved[first]))

    def cycle(self, right: Numbers) -> Numbers:
        """Return nearly the solution (n,): smooth, correct on the coarser grids, smooth again."""
        smoothing: Numbers = DAMPING / self.system.diagonal()
        solution = smoothing * right
        solution += smoothing * (right - self.system @ solution)
        coarse = self.block.T @ (right - self.system @ solution)
        solution += self.block @ nearly_solved(self.coarser, coarse)
        for _ in range(2):
            solution += smoothing * (right - self.system @ solution)
        return solution


def nearly_solved(level: Multigrid | Numbers, right: Numbers) -> Numbers:
    """Return one cycle's solution, exact where the level is an inverse."""
    if isinstance(level, Multigrid):
        return level.cycle(right)
    return np.asarray(level @ right)


def solved(
    system: csr_array, level: Multigrid | Numbers, right: Numbers, *, precision: float
) -> Numbers:
    """Return the solution (n,) up to a residual relative to the right side (n,)."""
    step = LinearOperator(
        system.shape, matvec=lambda residual: nearly_solved(level, residual), dtype=np.float64
    )
    solution, _ = cg(system, right, rtol=precision, M=step)
    return np.asarray(solution)
