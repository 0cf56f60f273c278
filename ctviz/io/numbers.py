"""Numbers of a file on their way to 32-bit floats: too large ones refused, rounded ones said."""

import numpy as np
from numpy.typing import NDArray

from ctviz.core import UnreadableScan

LARGEST = float(np.finfo(np.float32).max)
EXACT = 2**24
"""Whole numbers up to this one are exact in 32-bit floats."""

ROUNDED = "Numbers beyond 16,777,216 are rounded to seven digits."


def finite(values: NDArray[np.generic]) -> tuple[NDArray[np.generic], list[str]]:
    """Return finite numbers as 32 bits can hold them, and a note where that rounds them."""
    if values.dtype.kind == "b" or values.dtype.itemsize < 4 or values.size == 0:
        return values, []
    lowest, highest = float(values.min()), float(values.max())
    if max(-lowest, highest) > LARGEST:
        raise UnreadableScan("Its numbers are larger than any image's; export it again.")
    kept = values.astype(np.float32)
    rounded = values.dtype.kind in "iu" and max(-lowest, highest) > EXACT
    return kept, [ROUNDED] * rounded
