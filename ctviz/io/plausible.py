"""Whether numbers can be Hounsfield units at all, whatever a file says of them.

Air is -1000 by definition, water 0, the densest bone about 3000; only metal is above, and only
what lies outside the scanner's field of view is below. So the bulk of any CT of a body lies
between about -1100 and 3100, and a scan whose bulk lies elsewhere has another unit or was read
wrongly: its numbers are grey values, and a note says why.
"""

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap

BODY = (-1100.0, 3100.0)
"""The densest bone and, with its noise, air."""

BULK = 0.75
"""The least share of the numbers that must lie there. Metal and noisy fill take less of a scan."""

HALF = 0.5
"""The same for a single slice."""

AIR, BONE, TISSUE_ONLY = -500.0, 500.0, -200.0
"""Below lies air (or lung), above bone, and above the last whatever is neither lung nor air."""

TRACE = 0.001
"""The share of the numbers that may be noise and prove nothing."""

LARGEST_BONE_SHARE = 0.2
"""Of an image without any air; a body that was shifted by 1024 has more."""

ENOUGH = 4096
"""So many numbers have shares that mean something."""

SAMPLE = 2**20
"""So many numbers stand for a volume."""

TISSUE_RANGE, TISSUE_CONTRAST = (-10.0, 500.0), 40.0
"""Between muscle and fat, below and above which soft tissue has numbers; how far these reach."""


def why_not_hounsfield(values: NDArray[np.generic]) -> str | None:
    """Return why numbers cannot be Hounsfield units, in one sentence; None if they can.

    Parameters
    ----------
    values
        The numbers of a scan, of any shape, as far as they are pixels: without padding. NaN and
        infinite ones are left out, and so is a constant number below all air, which is fill.
    """
    numbers = _without_fill(_sample(values))
    if numbers.size == 0:
        return "It holds nothing but fill, so nothing shows that its numbers are Hounsfield units."
    low, high = BODY
    if float(((numbers >= low) & (numbers <= high)).mean()) < BULK:
        lowest, highest = np.quantile(numbers, (TRACE, 1 - TRACE))
        return (
            f"The numbers lie between {lowest:.0f} and {highest:.0f}, where no CT of a body lies: "
            "they are not Hounsfield units but grey values."
        )
    if numbers.size >= ENOUGH and _is_shifted(numbers):
        return (
            "No number is that of air and too many are that of bone, as if 1024 had not been "
            "subtracted: they are not Hounsfield units but grey values."
        )
    return None


def why_no_scan_in_hounsfield(pixels: NDArray[np.generic]) -> str | None:
    """Return why a scan (S, H, W) as a whole, or one of its slices, cannot be in Hounsfield units.

    A single slice may be full of metal or of bone, so it has to be worse than a scan.
    """
    return why_not_hounsfield(pixels) or next(filter(None, map(_why_no_slice, pixels)), None)


def _why_no_slice(pixels: NDArray[np.generic]) -> str | None:
    """Return why one slice (H, W) cannot be in Hounsfield units."""
    numbers = _without_fill(_sample(pixels))
    inside = (numbers >= BODY[0]) & (numbers <= BODY[1])
    return why_not_hounsfield(pixels) if numbers.size and float(inside.mean()) < HALF else None


def why_unproven(values: NDArray[np.generic]) -> str | None:
    """Return why numbers of a file that names no unit are not taken for Hounsfield units.

    What can be Hounsfield units may be something else still: a map of labels, a share, a picture,
    an MR image whose interpolation left a few numbers below zero. Air proves them, and so does
    soft tissue with fat; None if one of these is there.
    """
    numbers = _sample(values)
    if numbers.size and not (numbers < 0).any():
        return "No number is negative, so they are not Hounsfield units but grey values."
    impossible = why_not_hounsfield(numbers)
    if impossible or float((numbers <= AIR).mean()) >= TRACE:
        return impossible
    low, high = np.quantile(numbers, (0.01, 0.99))
    below, above = TISSUE_RANGE
    if low <= below and high <= above and high - low >= TISSUE_CONTRAST:
        return None
    return (
        "Neither air nor soft tissue is among the numbers, so they are not taken for Hounsfield "
        "units but for grey values."
    )


def _sample(values: NDArray[np.generic]) -> FloatMap:
    """Return finite numbers that stand for all of them, always the same."""
    # An odd step meets every column of an image whose width is a power of two.
    step = max(1, values.size // SAMPLE) | 1
    numbers = np.asarray(values.flat[::step], np.float32)
    return numbers[np.isfinite(numbers)]


def _without_fill(numbers: FloatMap) -> FloatMap:
    """Return the numbers but for the lowest one, if that is below all air and stands alone.

    Scanners fill what lies outside their circle with -1024, -2000, -3024, -8192 or -32768.
    """
    if numbers.size == 0 or numbers.min() >= BODY[0]:
        return numbers
    inside = numbers > numbers.min()
    return numbers[inside] if (~inside).mean() > TRACE else numbers


def _is_shifted(numbers: FloatMap) -> bool:
    """Whether there is no air at all but much bone."""
    airless = float((numbers <= TISSUE_ONLY).mean()) < TRACE
    return airless and float((numbers >= BONE).mean()) >= LARGEST_BONE_SHARE
