"""The pixels of a DICOM file in Hounsfield units."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_modality_lut, iter_pixels
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from scipy import ndimage

from ctviz.core import UnreadableScan
from ctviz.io.dicom.header import DAMAGED, Instance, Rescale
from ctviz.io.silence import quiet
from ctviz.io.volume import INT16

AIR_HU = -1000
"""What stands where the scanner measured nothing."""

HIGHEST_TISSUE_HU = 3071

WORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

TAGS = [
    *WORDS, "SOPClassUID", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration",
    "Rows", "Columns", "NumberOfFrames", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit", "ModalityLUTSequence",
    "ExtendedOffsetTable", "ExtendedOffsetTableLengths",
]  # fmt: skip


def hounsfield_frames(instance: Instance) -> Iterator[NDArray[np.generic]]:
    """Yield each frame of a file as (H, W) int16 where that is exact, else float32."""
    with quiet():
        dataset = _read(instance.path)
        frames = 0
        for stored, rescale in zip(_decode(dataset), instance.rescales, strict=False):
            if stored.shape != instance.shape:
                raise UnreadableScan(
                    "Its pixels do not have the size that its header says; export it again."
                )
            yield _hounsfield(stored, dataset, rescale, calibrated=instance.planes[0].calibrated)
            frames += 1
    if frames < len(instance.rescales):
        raise UnreadableScan("It ends before its last frame; copy it again.")


def _read(path: Path) -> Dataset:
    """Return the file's pixel module."""
    try:
        dataset = dcmread(path, force=True, specific_tags=TAGS)
    except DAMAGED:
        raise UnreadableScan("It is damaged; copy or export it again.") from None
    if not any(word in dataset for word in WORDS):
        raise UnreadableScan("It has no pixels; export it again with its image.")
    if "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = _guessed_syntax(dataset)
    return dataset


def _guessed_syntax(dataset: Dataset) -> UID:
    """Return the encoding of a file that does not name it, as it was found while reading."""
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _decode(dataset: Dataset) -> Iterator[NDArray[np.generic]]:
    """Yield the stored numbers of each frame."""
    try:
        yield from iter_pixels(dataset, raw=True)
    except DAMAGED:
        syntax = dataset.file_meta.TransferSyntaxUID
        if syntax.is_private or syntax.name == str(syntax):
            name = "an unknown encoding"
        else:
            name = f"the encoding '{syntax.name}'"
        raise UnreadableScan(
            f"Its pixels, in {name}, cannot be decoded; export it uncompressed."
        ) from None


def _hounsfield(
    stored: NDArray[np.generic], dataset: Dataset, rescale: Rescale, *, calibrated: bool
) -> NDArray[np.generic]:
    """Apply the Modality LUT to one frame, with air where the scanner padded."""
    if "ModalityLUTSequence" in dataset:
        values = apply_modality_lut(stored, dataset).astype(np.float64)
    elif rescale.whole and stored.dtype.kind in "iu":
        values = stored.astype(np.int64) * int(rescale.slope) + int(rescale.intercept)
    else:
        values = stored.astype(np.float64) * rescale.slope + rescale.intercept
    values = np.clip(np.nan_to_num(values, nan=AIR_HU), -3e38, 3e38)
    if not calibrated and dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        values = values.max() + values.min() - values
    padded = _padding(stored, dataset)
    if calibrated and padded.any():
        tissue = values[padded].min() >= AIR_HU and values[padded].max() <= HIGHEST_TISSUE_HU
        values[_touching_the_border(padded) if tissue else padded] = AIR_HU
    exact = values.dtype.kind == "i" and INT16.min <= values.min() and values.max() <= INT16.max
    return values.astype(np.int16 if exact else np.float32)


def _padding(stored: NDArray[np.generic], dataset: Dataset) -> NDArray[np.bool_]:
    """Return where the stored numbers say that there is no image."""
    limits = [dataset.get(keyword) for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit")]
    if limits[0] is None:
        return np.zeros(stored.shape, np.bool_)
    # The limits are 16-bit words whose sign some writers forget; they mean the pixels' type.
    first, last = (
        np.array(limits[0] if limit is None else limit).astype(np.int64).astype(stored.dtype)
        for limit in limits
    )
    padded: NDArray[np.bool_] = (stored >= min(first, last)) & (stored <= max(first, last))
    return padded


def _touching_the_border(padded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the padding that surrounds the image.

    Where the padding's number also means a tissue, the same number inside the body is tissue.
    """
    labels, _ = ndimage.label(padded)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching: NDArray[np.bool_] = np.isin(labels, border[border > 0])
    return touching
