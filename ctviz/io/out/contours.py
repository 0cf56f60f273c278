"""The outline of a mask as closed polygons along the borders of its pixels."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Mask

_Point = tuple[int, int]
_RIGHT = {(0, 1): (1, 0), (1, 0): (0, -1), (0, -1): (-1, 0), (-1, 0): (0, 1)}
"""The direction (row, column) after a turn to the right."""


def outlines(mask: Mask) -> list[NDArray[np.float64]]:
    """Return the polygons (N, 2) of a mask, as (column, row) in pixels; a pixel's centre is whole.

    Whoever fills them by the rule of centres, and takes what lies inside of an odd number of them,
    gets the very mask: holes are polygons of their own. Pixels that touch by a corner only do not
    share a polygon, so that none crosses or touches itself.
    """
    going = _borders(mask)
    found = []
    for start in sorted(going):
        while start in going:
            found.append(_walk(going, start))
    return found


def _borders(mask: Mask) -> dict[_Point, list[_Point]]:
    """Return the directions in which borders leave each corner, the mask on their right hand."""
    padded = np.pad(mask, 1)
    going: dict[_Point, list[_Point]] = defaultdict(list)
    # Along the rows' borders: where the pixel below is in the mask and the one above is not.
    below, above = padded[1:], padded[:-1]
    for row, column in np.argwhere(below & ~above).tolist():
        going[row, column - 1].append((0, 1))
    for row, column in np.argwhere(above & ~below).tolist():
        going[row, column].append((0, -1))
    right, left = padded[:, 1:], padded[:, :-1]
    for row, column in np.argwhere(left & ~right).tolist():
        going[row - 1, column].append((1, 0))
    for row, column in np.argwhere(right & ~left).tolist():
        going[row, column].append((-1, 0))
    return going


def _walk(going: dict[_Point, list[_Point]], start: _Point) -> NDArray[np.float64]:
    """Follow a border until it is closed, taking it out; keep the corners where it turns."""
    place, direction = start, going[start][0]
    corners = []
    last: _Point | None = None
    while True:
        leaving = going[place]
        if last is not None:
            # Where two pixels touch by a corner, stay with the same pixel.
            right = _RIGHT[last]
            direction = right if right in leaving else leaving[0]
        if direction != last:
            corners.append(place)
        leaving.remove(direction)
        if not leaving:
            del going[place]
        place, last = (place[0] + direction[0], place[1] + direction[1]), direction
        if place == start:
            break
    return np.array([(column - 0.5, row - 0.5) for row, column in corners], np.float64)
