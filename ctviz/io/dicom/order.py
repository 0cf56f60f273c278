"""The reading order of a stack of images, and what a reader must know of its geometry.

The first slice is the top of the stack: axial series run from head to foot, coronal ones from
front to back, sagittal ones from the patient's right to the left.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctviz.io.volume import Plane, plural

SAME_PLACE_MM = 0.01

UNEVEN_MM = 0.05
UNEVEN_SHARE = 0.02
"""Gaps that differ by more than both of these are uneven; less is rounding."""

TILT_DEGREES = 0.5

READING_DIRECTIONS = np.diag([1.0, 1.0, -1.0])
"""Per main axis of the patient (left, posterior, head): the way a reader scrolls along it."""


def reading_order(planes: Sequence[Plane], numbers: Sequence[tuple[int, int]]) -> list[int]:
    """Return the indices of the planes in the order of reading.

    Parameters
    ----------
    planes
        With one orientation; their positions are projected on its normal.
    numbers
        Image and frame number of each, which decide where positions are equal or missing.
    """
    depths = depths_mm(planes)
    if depths is None:
        return sorted(range(len(planes)), key=lambda i: numbers[i])
    steps = np.rint(depths / SAME_PLACE_MM)
    return sorted(range(len(planes)), key=lambda i: (steps[i], numbers[i]))


def depths_mm(planes: Sequence[Plane]) -> NDArray[np.float64] | None:
    """Return how deep each plane lies in the stack, from its top; None if that is unknown."""
    normal = _scroll_direction(planes[0])
    positions = [plane.position_mm for plane in planes if plane.position_mm is not None]
    if normal is None or len(positions) < len(planes):
        return None
    depths: NDArray[np.float64] = np.array(positions) @ normal
    return depths


def geometry_notes(planes: Sequence[Plane], tilt_degrees: float) -> list[str]:
    """Return sentences on what is unknown, uneven or tilted in a stack in reading order."""
    notes = []
    if any(plane.spacing_mm is None for plane in planes):
        notes.append("The pixel spacing is unknown: nothing can be measured in millimetres.")
    if any(plane.orientation is None for plane in planes):
        notes.append("The orientation is unknown: which side is left cannot be told.")
    depths = depths_mm(planes)
    if depths is None and len(planes) > 1:
        notes.append("The positions of the slices are unknown: they are in the order of numbers.")
    if depths is not None:
        notes += _gap_notes(np.diff(depths))
    tilt = _shear_degrees(planes)
    tilt = abs(tilt_degrees) if tilt is None else tilt
    if tilt > TILT_DEGREES:
        shear = ": the slices lie sheared against each other" * (len(planes) > 1)
        notes.append(f"The gantry was tilted by {tilt:.1f} degrees{shear}.")
    return notes


def _scroll_direction(plane: Plane) -> NDArray[np.float64] | None:
    """Return the unit normal of a plane, pointing the way a reader scrolls."""
    if plane.orientation is None:
        return None
    axes = np.reshape(plane.orientation, (2, 3))
    normal: NDArray[np.float64] = np.cross(*axes)
    normal /= np.linalg.norm(normal)
    main = READING_DIRECTIONS[np.argmax(np.abs(normal))]
    return normal if normal @ main > 0 else -normal


def _gap_notes(gaps_mm: NDArray[np.float64]) -> list[str]:
    """Return sentences on gaps that are empty or uneven."""
    notes = []
    doubled = int((gaps_mm < SAME_PLACE_MM).sum())
    if doubled:
        notes.append(f"{plural(doubled, 'slice')} lie at the place of another one.")
    gaps_mm = gaps_mm[gaps_mm >= SAME_PLACE_MM]
    if len(gaps_mm) == 0:
        return notes
    spread = gaps_mm.max() - gaps_mm.min()
    if spread > max(UNEVEN_MM, UNEVEN_SHARE * float(np.median(gaps_mm))):
        notes.append(
            f"The slices are unevenly spaced, {gaps_mm.min():.2f} to {gaps_mm.max():.2f} mm apart."
        )
    return notes


def _shear_degrees(planes: Sequence[Plane]) -> float | None:
    """Return the angle between the stack's direction and its slices' normal; None if unknown."""
    normal = _scroll_direction(planes[0])
    first, last = planes[0].position_mm, planes[-1].position_mm
    if normal is None or first is None or last is None:
        return None
    way = np.subtract(last, first)
    length = np.linalg.norm(way)
    if length < SAME_PLACE_MM:
        return None
    return float(np.degrees(np.arccos(np.clip(way @ normal / length, -1.0, 1.0))))
