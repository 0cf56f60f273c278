"""A slice with the outlines of regions on it, as one looks at them before they are kept."""

from base64 import b64encode
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageColor

from ctviz.core import Mask, Slice
from ctviz.core.theme import THEME
from ctviz.viz.images.heatmap import outline
from ctviz.viz.images.pictures import frame_around, png, to_pixel_aspect
from ctviz.viz.images.window import opening_window, window_image

LINE_PIXELS = 2
MARGIN = 6
"""What is shown around the masks is this part of the slice's longer side."""


def outlined(image: Slice, masks: Sequence[tuple[Mask, str]], size: int = 512) -> bytes:
    """Return the part of a slice that masks lie in as PNG, with a line around each of them.

    Parameters
    ----------
    masks
        (H, W), each with its colour, ``#rrggbb``; at least one.
    size
        The most pixels on each side.
    """
    part = frame_around(
        np.logical_or.reduce([mask for mask, _ in masks]), max(image.shape) // MARGIN
    )
    window = opening_window(image)
    grey = window_image(image.hounsfield, window.width, window.level)[part]
    shown = to_pixel_aspect(grey, image.spacing_mm, size)
    picture = np.repeat(shown[..., np.newaxis], 3, axis=2)
    for mask, colour in masks:
        red, green, blue = ImageColor.getrgb(colour)[:3]
        area = _stretched(mask[part], shown.shape[:2])
        picture = outline(picture, area, colour=(red, green, blue), pixels=LINE_PIXELS)
    return png(picture)


def label_colour(number: int) -> str:
    """Return the colour of a drawn label, ``#rrggbb``, by its number from 0.

    >>> label_colour(0) == label_colour(len(THEME.labels)) == THEME.labels[0]
    True
    """
    return THEME.labels[number % len(THEME.labels)]


def swatch(colour: str) -> str:
    """Return a square of a colour as the address of a PNG, for a legend."""
    square = np.full((12, 12, 3), ImageColor.getrgb(colour), np.uint8)
    return f"data:image/png;base64,{b64encode(png(square)).decode()}"


def _stretched(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Return a mask on the pixels of a picture of another size."""
    rows, columns = shape
    image = Image.fromarray(mask.astype(np.uint8))
    return np.asarray(image.resize((columns, rows), Image.Resampling.NEAREST)) > 0
