"""TIFF pages as the numbers that they store: 8 to 64 bits, signed, unsigned and floating point.

Pillow reads eight bits of most of these, and takes white for black in some; here tifffile tells
what the bytes mean. What TIFF stores as colours or as JPEG stays with Pillow.
"""

import io
import struct
from collections.abc import Iterator

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from ctviz.core import UnreadableScan
from ctviz.io.limits import check_size

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB = 0, 1, 2
"""Of TIFF's PhotometricInterpretation."""

PLAIN, FLOATING_PREDICTOR = 1, 3
"""TIFF's Compression and Predictor."""

BYTE_CODECS = frozenset({5, 8, 32773, 32946})
"""LZW, deflate (two numbers) and PackBits: they pack bytes, whatever these mean."""

PREVIEW, TRANSPARENCY = 1, 4
"""Bits of NewSubfileType: the page is a small copy of another one, or its mask."""

ALPHA = frozenset({1, 2})
"""Of ExtraSamples."""

COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3}
WHOLE_BITS = 8


def pages_of(file: tifffile.TiffFile) -> list[tifffile.TiffPage]:
    """Return the pages that are images, without previews and masks of others."""
    pages = [page.aspage() for page in file.pages]
    images = [page for page in pages if not page.subfiletype & (PREVIEW | TRANSPARENCY)]
    for page in images:
        check_size(max(len(images), page.imagedepth), page.imagelength, page.imagewidth)
    described = file.series[0].size if file.is_imagej or file.is_shaped else 0
    if described > sum(page.size for page in pages):
        # Large stacks of ImageJ and some of tifffile describe their first page only.
        raise UnreadableScan(
            "Its slices have no pages of their own, as in large ImageJ stacks; save it as an "
            "image sequence."
        )
    return images


def stores_plain_numbers(page: tifffile.TiffPage) -> bool:
    """Whether `numbers_of` reads the page; Pillow knows the others or nobody does."""
    return (
        page.photometric in COLOURS
        and page.compression in {PLAIN, *BYTE_CODECS}
        and page.bitspersample % WHOLE_BITS == 0
        and page.dtype is not None
        and page.dtype.kind in "iuf"
        and page.predictor != FLOATING_PREDICTOR
        and page.fillorder == 1
    )


def numbers_of(page: tifffile.TiffPage) -> Iterator[tuple[NDArray[np.generic], bool]]:
    """Yield each slice of a page, (H, W, channels), and whether its last channel is opacity."""
    colours = COLOURS[page.photometric]
    channels = page.samplesperpixel
    opacity = channels == colours + 1 and page.extrasamples[:1] and page.extrasamples[0] in ALPHA
    if channels != colours and not opacity:
        raise UnreadableScan(
            f"Its pixels have {channels} numbers each; export one image for each of them."
        )
    stored = _stored(page)
    if page.photometric == WHITE_IS_ZERO:
        stored[..., :colours] = _turned(stored[..., :colours])
    # (separate channel, slice, H, W, channel) to (slice, H, W, channel).
    for image in np.moveaxis(stored, 0, -1).reshape(*stored.shape[1:4], channels):
        yield image, bool(opacity)


def _turned(stored: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return numbers of which 0 is white as numbers of which 0 is black."""
    if stored.dtype.kind == "f":
        raise UnreadableScan(
            "Its 0 is white, but its numbers have no largest one that is black; export it with "
            "0 as black."
        )
    return np.invert(stored)  # type: ignore[no-any-return]


def _stored(page: tifffile.TiffPage) -> NDArray[np.generic]:
    """Return a page's numbers in tifffile's five axes, every byte of them there."""
    codec = int(page.compression)
    # Unpacked here, so that tifffile meets plain bytes; it would need another package.
    page.compression = tifffile.COMPRESSION.NONE
    stored = np.zeros(page.shaped, page.dtype)
    file = page.parent.filehandle
    for index, (offset, count) in enumerate(
        zip(page.dataoffsets, page.databytecounts, strict=True)
    ):
        file.seek(offset)
        content = file.read(count)
        if not count or len(content) != count:
            raise UnreadableScan("A part of it is missing; copy or export it again.")
        if codec != PLAIN:
            content = _unpacked(content, codec, _segment_bytes(page, index))
        segment, (channel, depth, row, column, _), _ = page.decode(content, index)
        place = stored[channel, depth:, row:, column:]
        deep, high, wide = np.minimum(place.shape[:3], segment.shape[:3])
        place[:deep, :high, :wide] = segment[:deep, :high, :wide]
    return stored


def _segment_bytes(page: tifffile.TiffPage, index: int) -> int:
    """Return how many bytes a strip or tile has without compression."""
    channels = page.samplesperpixel if page.planarconfig == 1 else 1
    if page.is_tiled:
        pixels = page.tiledepth * page.tilelength * page.tilewidth
    else:
        strips = -(-page.imagelength // page.rowsperstrip)
        rows = page.imagelength - index % strips * page.rowsperstrip
        pixels = min(page.rowsperstrip, rows) * page.imagewidth
    return int(pixels * channels * page.bitspersample // WHOLE_BITS)


def _unpacked(content: bytes, codec: int, size: int) -> bytes:
    """Return the bytes that a codec packed: to libtiff they are one row of grey pixels."""
    check_size(1, 1, size)
    entries = [
        *((256, 4, size), (257, 3, 1), (258, 3, 8), (259, 3, codec), (262, 3, BLACK_IS_ZERO)),
        *((273, 4, 8), (277, 3, 1), (278, 3, 1), (279, 4, len(content))),
    ]
    padding = b"\0" * (len(content) % 2)
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    head = struct.pack("<2sHI", b"II", 42, 8 + len(content) + len(padding))
    table = struct.pack("<H", len(entries)) + directory + b"\0\0\0\0"
    with Image.open(io.BytesIO(head + content + padding + table), formats=("TIFF",)) as row:
        return row.tobytes()
