"""The reading order of a stack of images, and what a reader must know of its geometry.

The first slice is the top of the stack: axial series run from head to foot, coronal ones from
front to back, sagittal ones from the patient's right to the left.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctviz.core.stack import SAME_PLACE_MM, uneven
from ctviz.io.volume import Plane, plural

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
    depths = depths_mm(planes, numbers)
    if depths is None:
        return sorted(range(len(planes)), key=lambda i: numbers[i])
    steps = steps_of(depths)
    return sorted(range(len(planes)), key=lambda i: (steps[i], numbers[i]))


def steps_of(depths: NDArray[np.float64]) -> list[int]:
    """Return depths as whole numbers that are equal at one place."""
    order = np.argsort(depths, kind="stable")
    # Rounding alone would tear two places apart that happen to lie on both sides of a half.
    rises = np.diff(depths[order], prepend=depths[order[:1]]) > SAME_PLACE_MM
    steps = np.empty(len(depths), int)
    steps[order] = np.cumsum(rises)
    return [int(step) for step in steps]


def depths_mm(
    planes: Sequence[Plane], numbers: Sequence[tuple[int, int]] = ()
) -> NDArray[np.float64] | None:
    """Return how deep each plane lies in the stack, from its top; None if that is unknown.

    A plane that lost its position lies between its neighbours by number, if the numbers of the
    others run along the stack.
    """
    normal = _scroll_direction(planes[0])
    known = [i for i, plane in enumerate(planes) if plane.position_mm is not None]
    if normal is None or not known:
        return None
    depths: NDArray[np.float64] = np.array([planes[i].position_mm for i in known]) @ normal
    if len(known) == len(planes):
        return depths
    return _interpolated(depths, known, numbers)


def _interpolated(
    depths: NDArray[np.float64], known: list[int], numbers: Sequence[tuple[int, int]]
) -> NDArray[np.float64] | None:
    """Return the depths of all planes from those of the known ones, None where that is a guess."""
    if len(known) < 2 or len(set(numbers)) < len(numbers):
        return None
    ranks = np.empty(len(numbers))
    ranks[sorted(range(len(numbers)), key=lambda i: numbers[i])] = np.arange(len(numbers))
    along = np.argsort(ranks[known])
    steps = np.diff(depths[along])
    if not ((steps > SAME_PLACE_MM).all() or (steps < -SAME_PLACE_MM).all()):
        return None
    ranks_known, depths_known = ranks[known][along], depths[along]
    found = np.interp(ranks, ranks_known, depths_known)
    step = float(np.median(steps / np.diff(ranks_known)))
    before, after = ranks < ranks_known[0], ranks > ranks_known[-1]
    found[before] = depths_known[0] + step * (ranks[before] - ranks_known[0])
    found[after] = depths_known[-1] + step * (ranks[after] - ranks_known[-1])
    return found


def geometry_notes(
    planes: Sequence[Plane], numbers: Sequence[tuple[int, int]], tilt_degrees: float
) -> list[str]:
    """Return sentences on what is unknown, uneven or tilted in a stack in reading order."""
    notes = []
    if any(plane.spacing_mm is None for plane in planes):
        notes.append("The pixel spacing is unknown: nothing can be measured in millimetres.")
    if any(plane.orientation is None for plane in planes):
        notes.append("The orientation is unknown: which side is left cannot be told.")
    depths = depths_mm(planes, numbers)
    if depths is None and len(planes) > 1:
        notes.append("The positions of the slices are unknown: they are in the order of numbers.")
    if depths is not None:
        lost = sum(plane.position_mm is None for plane in planes)
        if lost:
            notes.append(
                f"{plural(lost, 'slice')} came without a position: the numbers tell the place."
            )
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
    if uneven(gaps_mm):
        notes.append(
            f"The slices are unevenly spaced, {gaps_mm.min():.2f} to {gaps_mm.max():.2f} mm apart."
        )
    return notes


def _shear_degrees(planes: Sequence[Plane]) -> float | None:
    """Return the angle between the stack's direction and its slices' normal; None if unknown."""
    normal = _scroll_direction(planes[0])
    known = [plane.position_mm for plane in planes if plane.position_mm is not None]
    if normal is None or not known:
        return None
    way = np.subtract(known[-1], known[0])
    length = np.linalg.norm(way)
    if length < SAME_PLACE_MM:
        return None
    # A stack that is numbered from its end is not upside down.
    return float(np.degrees(np.arccos(np.clip(abs(way @ normal) / length, 0.0, 1.0))))
