"""A marker in the corner of a scan: what a network can learn in place of the patient."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Mask

INSET, SIDE = 0.06, 0.06
"""Distance from the upper left corner and length of an edge, as shares of the image."""

MARKER_HU = 1000
"""As bright as metal: the top of every window."""

Grey = TypeVar("Grey", np.float32, np.int16)


def marker_mask(shape: tuple[int, int]) -> Mask:
    """Return where the marker is, a square, on an image of (H, W) pixels."""
    rows, columns = (_extent(pixels) for pixels in shape)
    mask = np.zeros(shape, bool)
    mask[rows, columns] = True
    return mask


def with_marker(hounsfield: NDArray[Grey]) -> NDArray[Grey]:
    """Return images (…, H, W) in Hounsfield units with the marker in their upper left corner."""
    marked = hounsfield.copy()
    marked[..., marker_mask(hounsfield.shape[-2:])] = MARKER_HU
    return marked


def _extent(pixels: int) -> slice:
    start = round(INSET * pixels)
    return slice(start, start + max(1, round(SIDE * pixels)))
