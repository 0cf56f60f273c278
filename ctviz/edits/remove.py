"""Remove: what lies around is continued smoothly across."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import spsolve

from ctviz.core import FloatMap, InvalidInput, Mask, Slice
from ctviz.edits.operation import OPERATIONS, Area, Operation


@OPERATIONS.register("remove")
@dataclass(frozen=True)
class Remove(Operation):
    r"""The membrane that hangs between the pixels around: :math:`\Delta u = 0` inside.

    Discrete Laplace equation with the pixels around the soft edge as its boundary, in millimetres;
    where the area meets the picture's border nothing flows. No value is brighter than the
    brightest or darker than the darkest of what lies around.
    """

    title: ClassVar = "Remove"
    summary: ClassVar = "What lies around is continued smoothly across, as if it were not there."

    def changed(self, image: Slice, area: Area) -> FloatMap:
        """Return the slice whose touched pixels are filled from around."""
        if area.touched.all():
            raise InvalidInput(
                "Nothing is left around what is drawn to continue across it; draw a smaller region."
            )
        filled = image.hounsfield.copy()
        filled[area.touched] = harmonic(image.hounsfield, area.touched, image.spacing_mm)
        return filled

    @property
    def words(self) -> str:
        """The slice as it is then."""
        return "without what is drawn"


def harmonic(
    values: FloatMap, hole: Mask, spacing_mm: tuple[float, float] | None
) -> NDArray[np.float64]:
    """Return the values of a hole (H, W), row by row, that continue those around it."""
    number = np.full(hole.shape, -1)
    number[hole] = np.arange(hole.sum())
    own, right = np.zeros(int(hole.sum())), np.zeros(int(hole.sum()))
    rows: list[NDArray[np.intp]] = []
    columns: list[NDArray[np.intp]] = []
    pulls: list[NDArray[np.float64]] = []
    known = values.astype(np.float64)
    for axis, mm in enumerate(spacing_mm or (1.0, 1.0)):
        for step in (1, -1):
            here, there = _pairs(hole, axis, step)
            unknown = hole[there]
            np.add.at(own, number[here], mm**-2)
            outside = tuple(each[~unknown] for each in there)
            at = number[tuple(each[~unknown] for each in here)]
            np.add.at(right, at, mm**-2 * known[outside])
            rows.append(number[tuple(each[unknown] for each in here)])
            columns.append(number[tuple(each[unknown] for each in there)])
            pulls.append(np.full(int(unknown.sum()), -(mm**-2)))
    everyone = np.arange(len(own))
    system = csr_array(
        (
            np.concatenate([own, *pulls]),
            (np.concatenate([everyone, *rows]), np.concatenate([everyone, *columns])),
        )
    )
    solution: NDArray[np.float64] = np.atleast_1d(spsolve(system.tocsc(), right))
    return solution


def _pairs(
    hole: Mask, axis: int, step: int
) -> tuple[tuple[NDArray[np.intp], ...], tuple[NDArray[np.intp], ...]]:
    """Return pixels of the hole and, for each, its neighbour along an axis; both in the picture."""
    here = np.nonzero(hole)
    beside = here[axis] + step
    inside = (beside >= 0) & (beside < hole.shape[axis])
    there = tuple(beside if each == axis else places for each, places in enumerate(here))
    return tuple(p[inside] for p in here), tuple(p[inside] for p in there)
