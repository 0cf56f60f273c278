"""Windows: which Hounsfield units a screen's grey values show."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Slice
from ctviz.core.theme import THEME, Window

Grey: TypeAlias = NDArray[np.uint8]
"""(H, W) grey values, 0 black to 255 white."""

WINDOWS: Mapping[str, Window] = THEME.windows


def window_image(hounsfield: FloatMap, width: float, level: float) -> Grey:
    """Return what a screen shows of Hounsfield units (H, W) in a window, as grey values.

    DICOM's linear function (PS3.3 C.11.2.1.2.1): of whole numbers, ``width - 1`` steps lie between
    the last black and the first white, and a window of width one is a threshold. The browser's
    ``grey`` in ``picture/windowing.js`` is the same function.
    """
    window = Window("", width, level)
    span = max(1.0, window.width) - 1
    distance = np.asarray(hounsfield, np.float64) - (window.level - 0.5)
    if span == 0:
        return np.where(distance > 0, 255, 0).astype(np.uint8)
    shares = np.clip(distance / span + 0.5, 0.0, 1.0)
    return np.floor(shares * 255 + 0.5).astype(np.uint8)


def grey_range(values: FloatMap) -> Window:
    """Return the window for an image without Hounsfield units: its values without outliers."""
    low, high = np.percentile(values, [0.5, 99.5])
    return Window.between("Grey range", float(low), float(high))


def opening_window(image: Slice) -> Window:
    """Return the window in which a slice is shown to a reader who has chosen none.

    The soft-tissue one, or the slice's grey range if its numbers are no Hounsfield units.
    """
    return THEME.opening_window if image.calibrated else grey_range(image.hounsfield)
