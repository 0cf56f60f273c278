"""Where the body lies on the slices of a case, so that a screen need not show the air around it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ctviz.core import Mask, Slice
from ctviz.viz.images.pictures import frame_around

TISSUE_ABOVE = -400.0
"""In Hounsfield units: above it are fat, skin and all that is denser; below it air and lungs."""
COARSE = 128
"""Pixels of the longer side on which the body is looked for."""
MOST_SLICES = 40
"""How many slices are looked at, evenly spread; the margin covers what lies between them."""
PART_OF_BODY = 0.1
"""Share of the largest piece from which on another one belongs to the body: an arm, a leg."""
MARGIN = 0.025
"""Around the body, as a share of its longer side."""
LEAST = 8
"""Coarse pixels of a body's shorter side; what is smaller is noise or a wire."""


def body_frame(slices: Sequence[Slice]) -> tuple[slice, slice] | None:
    """Return the rows and columns that hold the body on every slice, and a margin around it.

    None where nothing can be told: without Hounsfield units, or without anything like a body.
    """
    looked_at = np.unique(np.linspace(0, len(slices) - 1, MOST_SLICES).round().astype(int))
    first = slices[0]
    if not first.calibrated:
        return None
    step = -(-max(first.shape) // COARSE)
    body = np.any([_body(slices[index].hounsfield[::step, ::step]) for index in looked_at], axis=0)
    if not body.any():
        return None
    tight = frame_around(body, 0)
    sides = [side.stop - side.start for side in tight]
    if min(sides) < LEAST:
        return None
    rows, columns = frame_around(body, 1 + round(MARGIN * max(sides)))
    return _fine(rows, step, first.shape[0]), _fine(columns, step, first.shape[1])


def _body(hounsfield: NDArray[np.float32]) -> Mask:
    """Return the large pieces of tissue; opening takes away the table's thin shells."""
    tissue = np.asarray(ndimage.binary_opening(hounsfield > TISSUE_ABOVE, np.ones((3, 3), bool)))
    pieces = np.asarray(ndimage.label(tissue)[0])
    sizes = np.bincount(pieces[tissue], minlength=1)
    large = np.flatnonzero(sizes >= PART_OF_BODY * max(1, sizes.max()))
    return np.asarray(np.isin(pieces, large) & tissue, bool)


def _fine(coarse: slice, step: int, size: int) -> slice:
    return slice(coarse.start * step, min(size, coarse.stop * step))
