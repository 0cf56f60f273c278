"""Cutting an image into pieces that are removed as a whole: even tiles, or superpixels."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import sobel
from skimage.segmentation import watershed

from ctviz.metrics.against_model import Image

Pieces: TypeAlias = NDArray[np.intp]
"""(h, w) each pixel's piece, numbered from 0 without gaps."""


def number_of_tiles(size: tuple[int, int], along: int) -> int:
    """Return how many `tiles` an image (h, w) is cut into."""
    height, width = size
    return min(along, height) * min(along, width)


def tiles(size: tuple[int, int], along: int) -> Pieces:
    """Return even tiles of an image (h, w), ``along`` in a row and in a column.

    There are never more than pixels. Row by row from the upper left.
    """
    height, width = size
    rows, columns = min(along, height), min(along, width)
    row, column = np.arange(height) * rows // height, np.arange(width) * columns // width
    pieces: Pieces = row[:, None] * columns + column
    return pieces


def superpixels(image: Image, along: int) -> Pieces:
    """Return as many pieces of an image (C, h, w) as there are `tiles`, along its visible edges.

    Each is flooded from the middle of a tile, over weak edges first. Unlike SLIC's their number is
    exact, so that the model's passes can be foretold.

    Waterpixels: Machairas et al., IEEE Trans. Image Processing 2015. doi:10.1109/TIP.2015.2451011
    """
    size = image.shape[1], image.shape[2]
    grid = tiles(size, along)
    grey = image.mean(axis=0, dtype=np.float64)
    edges = np.hypot(sobel(grey, 0, mode="nearest"), sobel(grey, 1, mode="nearest"))
    seeds = np.zeros(size, np.intp)
    rows, columns = (_middles(length, min(along, length)) for length in size)
    seeds[np.ix_(rows, columns)] = grid[np.ix_(rows, columns)] + 1
    pieces: Pieces = watershed(edges, seeds).astype(np.intp) - 1
    return pieces


def _middles(length: int, parts: int) -> NDArray[np.intp]:
    """Return the middle of each of the even parts of a row of pixels."""
    part = np.arange(length) * parts // length
    places = np.arange(length)
    middles: NDArray[np.intp] = np.array(
        [int(np.median(places[part == each])) for each in range(parts)], np.intp
    )
    return middles
