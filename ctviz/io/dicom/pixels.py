"""The pixels of a DICOM file in Hounsfield units."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_modality_lut, pixel_array
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
)
from scipy import ndimage

from ctviz.core import UnreadableScan
from ctviz.io.dicom import vocabulary
from ctviz.io.dicom.gdcm_decoder import decode_by_gdcm
from ctviz.io.dicom.header import DAMAGED, Instance, Rescale
from ctviz.io.silence import quiet
from ctviz.io.volume import INT16

AIR_HU = -1000
"""What stands where the scanner measured nothing."""

HIGHEST_TISSUE_HU = 3071

LARGEST = 1e30
"""Beyond this, numbers with a decimal point are damage and overflow when summed."""

BYTE_BITS = 8

NATIVE = frozenset(
    {
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    }
)

DECODERS = {
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "pillow",
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    JPEG2000Lossless: "pillow",
    JPEG2000: "pillow",
}
"""Who decodes what in this process, where GDCM must not: damaged files make it end it."""

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
        for stored, rescale in zip(
            _decode(dataset, instance.path), instance.rescales, strict=False
        ):
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
        meta = dataset.file_meta
        syntax = UID(meta.get("TransferSyntaxUID") or "")
        meta.TransferSyntaxUID = syntax if syntax.is_transfer_syntax else _guessed_syntax(dataset)
    except DAMAGED:
        raise UnreadableScan("It is damaged; copy or export it again.") from None
    if not any(word in dataset for word in WORDS):
        raise UnreadableScan("It has no pixels; export it again with its image.")
    return dataset


def _guessed_syntax(dataset: Dataset) -> UID:
    """Return the encoding of a file that does not name it, as it was found while reading."""
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _decode(dataset: Dataset, path: Path) -> Iterator[NDArray[np.generic]]:
    """Yield the stored numbers of each frame."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        deep = syntax in vocabulary.DEEP_JPEG and int(dataset.BitsStored) > BYTE_BITS
        if deep or syntax in vocabulary.LOSSLESS_JPEG:
            yield from decode_by_gdcm(path)
            return
        # Frame by frame, so that a multi-frame file is not in memory twice.
        for index in range(int(dataset.get("NumberOfFrames") or 1)):
            yield pixel_array(
                dataset, raw=True, index=index, decoding_plugin=DECODERS.get(syntax, "")
            )
    except DAMAGED:
        if syntax in NATIVE:
            raise UnreadableScan("Its pixels are damaged or cut short; copy it again.") from None
        known = not syntax.is_private and syntax.name != str(syntax)
        name = f"the encoding '{syntax.name}'" if known else "an unknown encoding"
        raise UnreadableScan(
            f"Its pixels, in {name}, cannot be decoded; export it uncompressed."
        ) from None


def _hounsfield(
    stored: NDArray[np.generic], dataset: Dataset, rescale: Rescale, *, calibrated: bool
) -> NDArray[np.generic]:
    """Return one frame after the Modality LUT, with air where the scanner padded."""
    try:
        values = _rescaled(stored, dataset, rescale)
        padded = _padding(stored, dataset)
        inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1"
    except DAMAGED:
        raise UnreadableScan(
            "Its header is damaged where it says what the numbers mean; export it again."
        ) from None
    if calibrated and padded.any():
        tissue = values[padded].min() >= AIR_HU and values[padded].max() <= HIGHEST_TISSUE_HU
        values[_touching_the_border(padded) if tissue else padded] = AIR_HU
    if inverted and not calibrated:
        values = values.max() + values.min() - values
    exact = values.dtype.kind == "i" and INT16.min <= values.min() and values.max() <= INT16.max
    converted: NDArray[np.generic] = values.astype(np.int16 if exact else np.float32)
    return converted


def _rescaled(
    stored: NDArray[np.generic], dataset: Dataset, rescale: Rescale
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the numbers after the Modality LUT, whole where that loses nothing."""
    if "ModalityLUTSequence" not in dataset and rescale.whole and stored.dtype.kind in "iu":
        return stored.astype(np.int64) * int(rescale.slope) + int(rescale.intercept)
    if "ModalityLUTSequence" in dataset:
        values = apply_modality_lut(stored, dataset).astype(np.float64)
    else:
        values = stored.astype(np.float64) * rescale.slope + rescale.intercept
    finite: NDArray[np.float64] = np.clip(np.nan_to_num(values, nan=AIR_HU), -LARGEST, LARGEST)
    return finite


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
