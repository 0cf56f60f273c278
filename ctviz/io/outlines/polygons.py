"""Polygons to masks, by one rule: a pixel is inside when its centre is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Mask

Ring = NDArray[np.float64]
"""(N, 2) corners of a closed polygon as (column, row), pixel centres at whole numbers."""

MOST_CORNERS = 2000
"""A longer ring is not searched for crossings, whose number grows with the square."""


def inside(rings: Sequence[Ring], shape: tuple[int, int]) -> Mask:
    """Return the pixels (H, W) whose centres lie inside an odd number of rings.

    So a ring in a ring is a hole, as is the inside of a keyhole. A centre that lies on an edge
    counts to the area on its right or beneath it, so that areas that touch share no pixel.
    """
    rows, columns = shape
    toggled = np.zeros((rows, columns + 1), np.int64)
    starts = np.concatenate([np.empty((0, 2)), *rings])
    ends = np.concatenate([np.empty((0, 2)), *(np.roll(ring, -1, axis=0) for ring in rings)])
    sloped = starts[:, 1] != ends[:, 1]
    (x, y), (to_x, to_y) = starts[sloped].T, ends[sloped].T
    top, bottom = np.minimum(y, to_y), np.maximum(y, to_y)
    if len(x):
        first, last = np.ceil(top.min()), np.floor(bottom.max())
        for row in range(int(max(0, first)), int(min(rows - 1, last)) + 1):
            met = (top <= row) & (row < bottom)
            crossing = x[met] + (row - y[met]) * (to_x[met] - x[met]) / (to_y[met] - y[met])
            place = np.clip(np.ceil(crossing), 0, columns).astype(np.int64)
            toggled[row] = np.bincount(place, minlength=columns + 1)
    mask: Mask = np.cumsum(toggled, axis=1)[:, :columns] % 2 == 1
    return mask


def on_the_edge(ring: NDArray[np.int64], shape: tuple[int, int]) -> Mask:
    """Return the pixels (H, W) whose centres lie on a ring of whole numbers, corners included."""
    mask = np.zeros(shape, np.bool_)
    for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        steps = max(1, int(np.gcd(*np.abs(end - start))))
        places = start + np.arange(steps + 1)[:, np.newaxis] * ((end - start) // steps)
        there = ((places >= 0) & (places < shape[::-1])).all(axis=1)
        mask[places[there, 1], places[there, 0]] = True
    return mask


def crosses_itself(ring: Ring) -> bool:
    """Whether two edges of a ring cross; edges that touch or lie on each other do not."""
    if not 4 <= len(ring) <= MOST_CORNERS:
        return False
    ends = np.roll(ring, -1, axis=0)
    apart = _side(ring, ends, ring) * _side(ring, ends, ends) < 0
    return bool((apart & apart.T).any())


def _side(start: Ring, end: Ring, points: Ring) -> NDArray[np.float64]:
    """Return on which side of each edge (rows) each point (columns) lies; 0 is on its line."""
    way = (end - start)[:, np.newaxis]
    away = points[np.newaxis] - start[:, np.newaxis]
    return np.sign(way[..., 0] * away[..., 1] - way[..., 1] * away[..., 0])
