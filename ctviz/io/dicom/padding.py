"""Pixels where the scanner measured nothing: PS3.3, sections C.7.5.1.1.2 and C.7.6.3."""

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from scipy import ndimage

from ctviz.core import UnreadableScan
from ctviz.io.dicom.bits import Numbers, PixelCell
from ctviz.io.dicom.damage import DAMAGED

Mask = NDArray[np.bool_]

AIR_HU = -1000
"""What stands where the scanner measured nothing."""

HIGHEST_TISSUE_HU = 3071


def padding(words: Numbers, numbers: Numbers, cell: PixelCell, dataset: Dataset) -> Mask:
    """Return where the stored numbers say that there is no image.

    Parameters
    ----------
    words
        (H, W) of the words, of which the padding may use bits that numbers do not have.
    numbers
        (H, W) of the numbers in them.
    """
    limits = _limits(dataset, "PixelPaddingValue", "PixelPaddingRangeLimit", int)
    if limits is None:
        return np.zeros(numbers.shape, np.bool_)
    signed = cell.signed if cell.signed is not None else bool(numbers.min() < 0)
    # The limits are words whose sign some writers forget; they mean the pixels' type.
    first, last = sorted(_as_word(limit, cell.allocated, signed=signed) for limit in limits)
    lowest = -(1 << (cell.stored - 1)) if signed else 0
    if lowest <= first and last < lowest + (1 << cell.stored):
        return (numbers >= first) & (numbers <= last)
    wide = words if not signed else words - ((words >> (cell.allocated - 1)) << cell.allocated)
    return (wide >= first) & (wide <= last)


def float_padding(numbers: NDArray[np.float64], dataset: Dataset) -> Mask:
    """Return where numbers with a decimal point are padding, or no numbers at all."""
    missing: Mask = ~np.isfinite(numbers)
    for kind in ("Float", "DoubleFloat"):
        limits = _limits(
            dataset, f"{kind}PixelPaddingValue", f"{kind}PixelPaddingRangeLimit", float
        )
        if limits is not None:
            # Single precision writes other decimals than the header's double.
            first, last = sorted(np.array(limits, np.float32))
            single = numbers.astype(np.float32)
            missing |= (single >= first) & (single <= last)
    return missing


def filled(values: NDArray[np.generic], padded: Mask, *, calibrated: bool) -> NDArray[np.generic]:
    """Return the image with air where it was padded, or one darker than its darkest grey.

    Where the padding's number also means a tissue, the same number inside the body is tissue.
    """
    if not padded.any():
        return values
    rest = values[~padded]
    if calibrated:
        tissue = values[padded].min() >= AIR_HU and values[padded].max() <= HIGHEST_TISSUE_HU
        values[_touching_the_border(padded) if tissue else padded] = AIR_HU
    elif rest.size:
        values[padded] = np.clip(values[padded], rest.min() - 1, rest.max())
    return values


def _limits(
    dataset: Dataset, value: str, limit: str, number: type[int] | type[float]
) -> tuple[float, float] | None:
    """Return the first and last number of the padding, None if the file has none."""
    first, last = dataset.get(value), dataset.get(limit)
    if first is None or first == "":
        return None
    try:
        return number(first), number(first if last is None or last == "" else last)
    except DAMAGED:
        raise UnreadableScan(
            "Its header is damaged where it says which pixels are padding; export it again."
        ) from None


def _as_word(limit: float, allocated: int, *, signed: bool) -> int:
    """Return a limit as the pixels' words hold it."""
    word = int(limit) % (1 << allocated)
    return word - (1 << allocated) if signed and word >> (allocated - 1) else word


def _touching_the_border(padded: Mask) -> Mask:
    """Keep the padding that surrounds the image."""
    labels, _ = ndimage.label(padded)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching: Mask = np.isin(labels, border[border > 0])
    return touching
