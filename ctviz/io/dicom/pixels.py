"""The pixels of a DICOM file in Hounsfield units."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.tag import Tag

from ctviz.core import Progress, UnreadableScan
from ctviz.io.dicom.bits import (
    OVERLAYS,
    Numbers,
    PixelCell,
    cell_of,
    decoded_numbers,
    stored_numbers,
)
from ctviz.io.dicom.claims import Rescale
from ctviz.io.dicom.codestream import inspect
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.decoders import decode_frame, decode_rle
from ctviz.io.dicom.encoding import Encoding, encoding_of
from ctviz.io.dicom.frames import (
    bits_of,
    check_length,
    compressed_frames,
    float_frames,
    native_words,
    refuse_hidden_compression,
)
from ctviz.io.dicom.header import Instance
from ctviz.io.dicom.padding import Mask, filled, float_padding, padding
from ctviz.io.dicom.table import LookupTable, table_of
from ctviz.io.silence import quiet
from ctviz.io.volume import INT16

LARGEST = 1e30
"""Beyond this, numbers with a decimal point are damage and overflow when summed."""

FLOATS = {"FloatPixelData": 4, "DoubleFloatPixelData": 8}
"""Elements of numbers with a decimal point, and the bytes of one."""

TAGS = [
    "PixelData", *FLOATS, "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit",
    "FloatPixelPaddingValue", "FloatPixelPaddingRangeLimit", "DoubleFloatPixelPaddingValue",
    "DoubleFloatPixelPaddingRangeLimit", "ModalityLUTSequence", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    *(Tag(group, element) for group in OVERLAYS for element in (0x0100, 0x0102, 0x3000)),
]  # fmt: skip

Stored = tuple[Numbers | NDArray[np.float64], Mask]
"""The stored numbers of a frame, (H, W), and where they are padding."""


def hounsfield_frames(
    instance: Instance, progress: Progress | None = None
) -> Iterator[NDArray[np.generic]]:
    """Yield each frame of a file as (H, W) int16 where that is exact, else float32."""
    with quiet():
        try:
            yield from _frames(instance, _read(instance.path), progress or Progress())
        except DAMAGED:
            raise UnreadableScan("It is damaged; copy or export it again.") from None


def _frames(
    instance: Instance, dataset: Dataset, progress: Progress
) -> Iterator[NDArray[np.generic]]:
    """Yield each frame of a file that has been read."""
    calibrated = instance.planes[0].calibrated
    inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1" and not calibrated
    table = table_of(dataset, signed=dataset.get("PixelRepresentation") == 1)
    for rescale, (stored, padded) in zip(
        instance.rescales, _stored_frames(instance, dataset), strict=True
    ):
        progress.check()
        values = _rescaled(stored, table, rescale)
        if inverted and not padded.all():
            image = values[~padded]
            values = image.max() + image.min() - values
        yield _compact(filled(values, padded, calibrated=calibrated))


def _read(path: Path) -> Dataset:
    """Return the file's pixel module."""
    dataset = dcmread(path, force=True, specific_tags=TAGS)
    if not any(dataset.get(word) for word in ("PixelData", *FLOATS)):
        raise UnreadableScan("It has no pixels; export it again with its image.")
    return dataset


def _stored_frames(instance: Instance, dataset: Dataset) -> Iterator[Stored]:
    """Yield the stored numbers of each frame, and where they are padding."""
    shape = (len(instance.rescales), *instance.shape)
    if not dataset.get("PixelData"):
        yield from _float_frames(dataset, shape)
        return
    pixels: bytes = dataset.PixelData
    encoding = encoding_of(dataset, wrapped=dataset["PixelData"].is_undefined_length)
    frames = (
        compressed_frames(pixels, dataset, shape[0])
        if encoding in {Encoding.RUN_LENGTHS, Encoding.CODESTREAM}
        else None
    )
    if frames is None:
        yield from _native_frames(pixels, dataset, shape, instance, encoding)
        return
    for frame, rescale in zip(frames, instance.rescales, strict=True):
        if encoding is Encoding.RUN_LENGTHS:
            cell = cell_of(dataset, 8 * frame[0])
            words = decode_rle(frame, instance.shape, cell.allocated)
            yield _cut_out(words, cell, rescale, dataset)
        else:
            yield _decoded(frame, instance, rescale, dataset)


def _native_frames(
    pixels: bytes,
    dataset: Dataset,
    shape: tuple[int, int, int],
    instance: Instance,
    encoding: Encoding,
) -> Iterator[Stored]:
    """Yield frames of plain numbers."""
    cell = cell_of(dataset, bits_of(len(pixels), shape))
    needed = -(-int(np.prod(shape)) * cell.allocated // 8)
    refuse_hidden_compression(pixels, needed)
    if encoding is Encoding.UNNAMED and not 0 <= len(pixels) - needed <= 1:
        raise UnreadableScan(
            "Its header does not name the encoding of its pixels, and they do not fit as plain "
            "numbers; export it again."
        )
    words = native_words(pixels, dataset, shape, cell.allocated)
    for frame, rescale in zip(words, instance.rescales, strict=True):
        yield _cut_out(frame, cell, rescale, dataset)


def _float_frames(dataset: Dataset, shape: tuple[int, int, int]) -> Iterator[Stored]:
    """Yield frames of numbers with a decimal point."""
    word = next(word for word in FLOATS if dataset.get(word))
    encoding = encoding_of(dataset, wrapped=dataset[word].is_undefined_length)
    pixels: bytes = dataset[word].value
    if encoding is Encoding.UNNAMED:
        check_length(len(pixels), int(np.prod(shape)) * FLOATS[word], 1)
    for numbers in float_frames(pixels, dataset, shape, FLOATS[word]):
        missing = float_padding(numbers, dataset)
        if missing.all():
            raise UnreadableScan("None of its pixels holds a number; export it again.")
        # What is missing must neither be seen nor widen the range of what is there.
        yield np.where(missing, numbers[~missing].min(), numbers), missing


def _cut_out(words: Numbers, cell: PixelCell, rescale: Rescale, dataset: Dataset) -> Stored:
    """Return the numbers in whole words."""
    numbers = stored_numbers(words, cell, offset=rescale.intercept)
    return numbers, padding(words, numbers, cell, dataset)


def _decoded(frame: bytes, instance: Instance, rescale: Rescale, dataset: Dataset) -> Stored:
    """Return the numbers of a compressed image."""
    head = inspect(frame)
    if head.shape != instance.shape:
        raise UnreadableScan(
            "Its pixels do not have the size that its header says; export it again."
        )
    cell = cell_of(dataset, head.bits)
    samples = decode_frame(frame, head)
    numbers = decoded_numbers(samples, cell, head.bits, lossy=head.lossy, offset=rescale.intercept)
    return numbers, padding(samples % (1 << cell.allocated), numbers, cell, dataset)


def _rescaled(
    stored: NDArray[np.int64] | NDArray[np.float64], table: LookupTable | None, rescale: Rescale
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the numbers after the Modality LUT, whole where that loses nothing."""
    if stored.dtype.kind == "i":
        whole = stored.astype(np.int64)
        if table is not None:
            return table.look_up(whole)
        if rescale.whole:
            return whole * int(rescale.slope) + int(rescale.intercept)
    return np.clip(stored * rescale.slope + rescale.intercept, -LARGEST, LARGEST)


def _compact(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return an image as int16 where that is exact, else as float32."""
    exact = values.dtype.kind == "i" and INT16.min <= values.min() and values.max() <= INT16.max
    return values.astype(np.int16 if exact else np.float32)
