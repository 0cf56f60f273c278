"""The unit of a map: what must be divided out before maps of several networks are compared."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Mask

Numbers = NDArray[np.float64]

STRONG = 99.0
"""Percentile of a map's magnitudes that is its unit."""


def unit_of(values: FloatMap, shown: Mask) -> float:
    """Return the 99th percentile of a map's magnitudes where the slice shows anything.

    Networks trained apart give class scores of different size, and maps of different size with
    them; what can be compared is where a map is strong. The largest magnitude would be the unit of
    one pixel, their mean that of the many in which nothing is. Where so few pixels are strong that
    the percentile is zero, the largest magnitude has to do; a map that is zero everywhere has the
    unit 1.
    """
    magnitudes = np.abs(values[shown].astype(np.float64))
    return float(np.percentile(magnitudes, STRONG)) or float(magnitudes.max()) or 1.0


def in_units(maps: Sequence[FloatMap], shown: Mask) -> Numbers:
    """Return maps (n, h, w), each in its own unit; one that is not finite says nothing: zeros."""
    return np.stack(
        [
            values.astype(np.float64) / unit_of(values, shown)
            if np.isfinite(values).all()
            else np.zeros(values.shape)
            for values in maps
        ]
    )
