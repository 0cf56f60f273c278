"""Pictures as files: PNG, thumbnails, and the true aspect of pixels that are not square."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ctviz.core import Mask, Slice
from ctviz.core.theme import Window
from ctviz.viz.images.window import opening_window, window_image


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return a picture, (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, as a PNG file's bytes."""
    file = BytesIO()
    Image.fromarray(picture).save(file, format="PNG", optimize=True)
    return file.getvalue()


def frame_around(mask: Mask, margin: int) -> tuple[slice, slice]:
    """Return the rows and columns of a mask (H, W) and so many pixels around; all if it is empty.

    >>> frame_around(np.eye(9, dtype=bool)[3:5], 1)
    (slice(0, 3, None), slice(2, 6, None))
    """

    def around(places: NDArray[np.intp]) -> slice:
        if not len(places):
            return slice(None)
        return slice(max(0, int(places[0]) - margin), int(places[-1]) + 1 + margin)

    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return around(rows), around(columns)


def to_pixel_aspect(
    picture: NDArray[np.uint8], spacing_mm: tuple[float, float] | None, size: int
) -> NDArray[np.uint8]:
    """Return the picture scaled to a longer side of ``size`` with its true proportions.

    Unknown spacing counts as square pixels.
    """
    row_mm, column_mm = spacing_mm or (1.0, 1.0)
    height, width = picture.shape[0] * row_mm, picture.shape[1] * column_mm
    scale = size / max(height, width)
    shape = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(picture).resize(shape, Image.Resampling.LANCZOS))


def thumbnail(image: Slice, size: int = 128, window: Window | None = None) -> bytes:
    """Return a slice as a small PNG, at most ``size`` on each side, with its true aspect.

    Without a window it is shown in its `opening_window`.
    """
    window = window or opening_window(image)
    grey = window_image(image.hounsfield, window.width, window.level)
    return png(to_pixel_aspect(grey, image.spacing_mm, size))
