"""Cut an image into candidate regions as XRAI publishes it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from skimage.segmentation import felzenszwalb
from skimage.transform import resize

from ctviz.core import InvalidInput
from ctviz.regions.dilation import dilated_by_disk
from ctviz.regions.segmentation import Segmentation

SCALES = (50, 100, 150, 250, 500, 1200)
SIGMA = 0.8
SMALLEST_SEGMENT = 150
SEGMENTED_SHAPE = (224, 224)
DILATION_RADIUS = 5


def segment(image: NDArray[np.floating]) -> Segmentation:
    """Return the overlapping regions of an image (h, w): six segmentations from fine to coarse.

    Felzenszwalb & Huttenlocher's graph-based segmentation (doi:10.1023/B:VISI.0000022288.19776.77)
    with the preparation and the parameters of XRAI (arXiv:1906.02825): the grey values are
    stretched to -1 … 1 and the image resampled to 224², so that the scales mean the same on every
    image; each segment is dilated by a disk of radius 5, so that a region includes its edge.
    Segments that several scales agree on are kept several times.
    """
    if image.ndim != 2 or 0 in image.shape or not np.isfinite(image).all():
        raise InvalidInput("Only a finite grey image of rows and columns can be cut into regions.")
    return Segmentation.of_pixels(image.shape, _regions(image.astype(np.float64)))


def _regions(image: NDArray[np.float64]) -> Iterator[NDArray[np.intp]]:
    prepared = resize(
        _stretched(image),
        SEGMENTED_SHAPE,
        order=3,
        mode="constant",
        preserve_range=True,
        anti_aliasing=True,
    )
    for scale in SCALES:
        labels = felzenszwalb(prepared, scale=scale, sigma=SIGMA, min_size=SMALLEST_SEGMENT)
        labels = resize(
            labels,
            image.shape,
            order=0,
            mode="constant",
            preserve_range=True,
            anti_aliasing=False,
        )
        yield from _dilated_segments(labels.astype(np.int32))


def _stretched(image: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = image.min(), image.max()
    if low == high:
        return np.zeros_like(image)
    stretched: NDArray[np.float64] = (image - low) / (high - low) * 2 - 1
    return stretched


def _dilated_segments(labels: NDArray[np.int32]) -> Iterator[NDArray[np.intp]]:
    height, width = labels.shape
    for label, box in enumerate(find_objects(labels + 1)):
        if box is None:  # a segment too thin to survive the resampling
            continue
        rows, columns = (
            slice(max(0, side.start - DILATION_RADIUS), min(size, side.stop + DILATION_RADIUS))
            for side, size in zip(box, (height, width), strict=True)
        )
        mask = dilated_by_disk(labels[rows, columns] == label, DILATION_RADIUS)
        row, column = np.nonzero(mask)
        yield (row + rows.start) * width + column + columns.start
