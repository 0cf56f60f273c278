"""How the slices of a case lie behind one another, and the planes that cross them.

Slices are the unit of everything that is computed. A coronal and a sagittal view are made of them
for the eye alone; this says where each slice lies in such a view, and when there can be none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ctviz.core.errors import InvalidInput
from ctviz.core.orientation import EdgeLetters, edges

SAME_PLACE_MM = 0.01
"""Slices that are less apart lie at one place."""

UNEVEN_MM = 0.05
UNEVEN_SHARE = 0.02
"""Gaps that differ by more than both of these are uneven; less is rounding."""

SHIFTED_PIXELS = 0.5
"""Slices that lie less beside each other lie behind each other, as far as pixels can tell."""

SAME_DIRECTION = 0.01
"""Cosines that differ by less are one direction, half a degree apart."""

FARTHEST_BESIDE = 4
"""Slices that lie beside each other by more than so many of their own widths belong to no stack."""

OBLIQUE = 0.97
"""Cosine of 14 degrees: a plane that is turned further has its name only roughly."""

TITLES = ("sagittal", "coronal", "axial")
"""Planes by the patient's axis (left, posterior, head) that stands upright on them."""


class PlacedSlice(Protocol):
    """A slice's place in the patient; the fields are those of `ctviz.core.Slice`."""

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Distance of pixel centres, (down a column, along a row)."""

    @property
    def orientation(self) -> tuple[float, float, float, float, float, float] | None:
        """Patient direction of a row, then of a column."""

    @property
    def position_mm(self) -> tuple[float, float, float] | None:
        """Patient coordinates of the first pixel's centre."""


@dataclass(frozen=True)
class CrossPlane:
    """A plane that stands upright on all slices.

    Parameters
    ----------
    title
        What radiologists call it.
    letters
        Of its picture, which has the first slice at the top.
    """

    title: str
    letters: EdgeLetters


@dataclass(frozen=True)
class Stack:
    """Where slices lie behind and beside one another.

    Parameters
    ----------
    depths_mm
        How deep each slice lies behind the first, in the order of reading; never falling.
    shifts
        By how many pixels each lies beside the first, (columns, rows); empty where none does.
    even
        Whether all gaps are equal, so that what lies between two slices can be interpolated.
    along_row, along_column
        The plane that crosses every slice along one of its rows, and that along a column.
    notes
        Sentences on what a reader of such planes must know.
    """

    depths_mm: tuple[float, ...]
    shifts: tuple[tuple[float, float], ...]
    even: bool
    along_row: CrossPlane
    along_column: CrossPlane
    notes: tuple[str, ...] = ()


class NoStack(InvalidInput):
    """The slices of a case cannot be crossed by a plane; the sentence says why."""


def uneven(gaps_mm: NDArray[np.float64]) -> bool:
    """Whether gaps between neighbouring slices differ by more than rounding."""
    spread = float(gaps_mm.max() - gaps_mm.min())
    return spread > max(UNEVEN_MM, UNEVEN_SHARE * float(np.median(gaps_mm)))


def stack_of(planes: Sequence[PlacedSlice], shape: tuple[int, int]) -> Stack:
    """Return how the slices of a case lie, in its order of reading.

    Parameters
    ----------
    shape
        (H, W) of each slice.

    Raises
    ------
    NoStack
        If there is one slice only, or if it is not known how they lie behind one another.
    """
    spacing, axes, positions = _geometry(planes)
    normal = np.cross(axes[0], axes[1])
    normal /= np.linalg.norm(normal)
    depths = (positions - positions[0]) @ normal
    if depths[-1] < 0:
        normal, depths = -normal, -depths
    gaps = np.diff(depths)
    if gaps.min() < -SAME_PLACE_MM:
        raise NoStack("The slices do not lie in the order in which they are read.")
    if depths[-1] < SAME_PLACE_MM:
        raise NoStack("All slices lie at one place: no plane can cross them.")
    shifts = (positions - positions[0]) @ axes.T / spacing[::-1]
    if (np.abs(shifts) > FARTHEST_BESIDE * np.array(shape[::-1])).any():
        raise NoStack("The slices lie too far beside each other.")
    even, sheared = not uneven(gaps), bool(np.abs(shifts).max() > SHIFTED_PIXELS)
    return Stack(
        depths_mm=tuple(np.maximum.accumulate(depths).round(3).tolist()),
        shifts=tuple(map(tuple, shifts.round(2).tolist())) if sheared else (),
        even=even,
        along_row=_plane(axes[0], normal),
        along_column=_plane(axes[1], normal),
        notes=_notes(gaps, even=even, sheared=sheared),
    )


def offset_mm(
    planes: Sequence[PlacedSlice], others: Sequence[PlacedSlice]
) -> tuple[float, float, float] | None:
    """Return where the first of other slices begins, seen from the first of these.

    Both must be given in one coordinate system.

    Returns
    -------
    tuple
        Millimetres along a row, along a column, and in the order of reading; None if that is
        unknown, or if the slices are turned against each other.
    """
    try:
        _, axes, positions = _geometry(planes)
        _, other_axes, other_positions = _geometry(others)
    except NoStack:
        return None
    if np.abs(axes - other_axes).max() > SAME_DIRECTION:
        return None
    normal = np.cross(axes[0], axes[1])
    if (positions[-1] - positions[0]) @ normal < 0:
        normal = -normal
    away = other_positions[0] - positions[0]
    across, down, behind = (float(round(away @ axis, 3)) for axis in (*axes, normal))
    return across, down, behind


def _geometry(
    planes: Sequence[PlacedSlice],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return spacing (2,), directions of row and column (2, 3) and positions (S, 3)."""
    if len(planes) == 1:
        raise NoStack("The case has one slice only.")
    first = planes[0]
    positions = [plane.position_mm for plane in planes if plane.position_mm is not None]
    if first.spacing_mm is None:
        raise NoStack("The pixel spacing is unknown: other planes would have no true shape.")
    if first.orientation is None or len(positions) < len(planes):
        raise NoStack("It is unknown where the slices lie in the patient.")
    axes = np.reshape(first.orientation, (2, 3)).astype(float)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return np.array(first.spacing_mm), axes, np.array(positions, float)


def _plane(across: NDArray[np.float64], down: NDArray[np.float64]) -> CrossPlane:
    """Return the plane whose picture has these directions along a row and down a column."""
    upright = np.abs(np.cross(across, down))
    title = TITLES[int(upright.argmax())]
    letters = edges((*across.tolist(), *down.tolist()))
    return CrossPlane(title if upright.max() >= OBLIQUE else f"oblique {title}", letters)


def _notes(gaps_mm: NDArray[np.float64], *, even: bool, sheared: bool) -> tuple[str, ...]:
    notes = []
    if not even:
        notes.append(
            f"The slices lie {gaps_mm.min():.2f} to {gaps_mm.max():.2f} mm apart: between them "
            "the nearest slice is shown."
        )
    if sheared:
        notes.append(
            "The slices lie sheared against each other, as with a tilted gantry: each is shown "
            "where it lies, to the nearest pixel."
        )
    return tuple(notes)
