"""The frames of a file as its pixel data holds them: counted first, then one after the other."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import generate_frames

from ctviz.core import UnreadableScan
from ctviz.io.dicom.bits import WIDEST, Numbers
from ctviz.io.dicom.codestream import looks_compressed, starts_a_frame
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.encoding import byte_order

BYTE_BITS = 8
WHOLE_WORDS = {8: "u1", 16: "u2", 32: "u4"}

ITEM, DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"

CUT_SHORT = "Its pixels are damaged or cut short; copy it again."


def native_words(
    pixels: bytes, dataset: Dataset, shape: tuple[int, int, int], allocated: int
) -> Iterator[Numbers]:
    """Yield the words (H, W) of each plain frame.

    Words that are no whole bytes, as ACR-NEMA had them, follow each other without gaps.
    """
    frames, rows, columns = shape
    order = byte_order(dataset)
    if not 0 < allocated <= WIDEST:
        raise UnreadableScan(
            f"Its header says that a number takes {allocated} bits; export it again."
        )
    # Words of two bytes in the other order swap bytes, and numbers of 8 bits with them.
    if order == ">" and allocated not in {16, 32} and dataset["PixelData"].VR == "OW":
        pixels = np.frombuffer(pixels[: len(pixels) // 2 * 2], "u2").byteswap().tobytes()
    bits = rows * columns * allocated
    check_length(len(pixels), -(-frames * bits // BYTE_BITS), frames)
    for index in range(frames):
        part = pixels[index * bits // BYTE_BITS : -(-(index + 1) * bits // BYTE_BITS)]
        if allocated in WHOLE_WORDS:
            words = np.frombuffer(part, f"{order}{WHOLE_WORDS[allocated]}").astype(np.int64)
        else:
            words = _unpacked(part, index * bits % BYTE_BITS, rows * columns, allocated)
        yield words.reshape(rows, columns)


def float_frames(
    pixels: bytes, dataset: Dataset, shape: tuple[int, int, int], size: int
) -> Iterator[NDArray[np.float64]]:
    """Yield each frame (H, W) of numbers with a decimal point."""
    frames, rows, columns = shape
    check_length(len(pixels), frames * rows * columns * size, frames)
    for index in range(frames):
        start = index * rows * columns * size
        part = np.frombuffer(pixels, f"{byte_order(dataset)}f{size}", rows * columns, start)
        yield part.astype(np.float64).reshape(rows, columns)


def check_length(length: int, needed: int, frames: int) -> None:
    """Refuse plain pixels that are fewer, or more by a whole image, than announced."""
    if length < needed:
        raise UnreadableScan(CUT_SHORT)
    if (length - needed) * frames >= needed:
        raise UnreadableScan(
            "It holds more pixels than its header announces, so that the header cannot be "
            "trusted; export it again."
        )


def bits_of(length: int, shape: tuple[int, int, int]) -> int:
    """Return how many bits a number takes where only the length of the pixels tells it.

    >>> bits_of(24, (1, 3, 4)), bits_of(30, (1, 3, 4))
    (16, 0)
    """
    bits, rest = divmod(length * BYTE_BITS, math.prod(shape))
    return bits if bits in WHOLE_WORDS and rest == 0 else 0


def compressed_frames(pixels: bytes, dataset: Dataset, frames: int) -> Iterator[bytes]:
    """Yield each compressed frame, after making sure that there are as many as announced."""
    items = _items(pixels)
    # The table of offsets comes first and begins with a zero; some writers leave it out.
    table = bool(items) and items[0][:4] in {b"", bytes(4)}
    fragments = items[1:] if table else items
    starts = sum(starts_a_frame(fragment[:4]) for fragment in fragments)
    held = max(starts, len(items[0]) // 4 if table else 0)
    if frames > len(fragments):
        raise UnreadableScan(
            f"It announces {frames} images and holds {len(fragments)}; copy or export it again."
        )
    if held > frames:
        raise UnreadableScan(f"It holds {held} images and announces {frames}; export it again.")
    if frames in {1, starts, len(fragments)}:
        yield from _joined(fragments, alone=frames == len(fragments), one=frames == 1)
        return
    yield from _by_offsets(pixels if table else ITEM + bytes(4) + pixels, dataset, frames)


def _by_offsets(pixels: bytes, dataset: Dataset, frames: int) -> list[bytes]:
    """Return frames of which only a table of offsets can tell where they begin."""
    tables = [dataset.get(f"ExtendedOffsetTable{suffix}") for suffix in ("", "Lengths")]
    extended = (tables[0], tables[1]) if all(tables) else None
    try:
        found = list(generate_frames(pixels, number_of_frames=frames, extended_offsets=extended))
    except DAMAGED:
        found = []
    if len(found) != frames:
        raise UnreadableScan(
            "It does not say which pieces of its compressed pixels belong to which image; export "
            "it again."
        )
    return found


def _items(pixels: bytes) -> list[bytes]:
    """Return the items that compressed pixels are wrapped in: PS3.5, annex A.4."""
    items, place = [], 0
    while pixels[place : place + 4] == ITEM:
        length = int.from_bytes(pixels[place + 4 : place + 8], "little")
        place += 8
        if place + length > len(pixels):
            raise UnreadableScan(CUT_SHORT)
        items.append(pixels[place : place + length])
        place += length
    if pixels[place : place + 4].strip(b"\0") not in {b"", DELIMITER}:
        raise UnreadableScan(CUT_SHORT)
    return items


def _joined(fragments: list[bytes], *, alone: bool, one: bool) -> Iterator[bytes]:
    """Yield the fragments of each frame as one: each, all, or from one beginning to the next."""
    frame: list[bytes] = []
    for fragment in fragments:
        if frame and not one and (alone or starts_a_frame(fragment)):
            yield b"".join(frame)
            frame = []
        frame.append(fragment)
    yield b"".join(frame)


def refuse_hidden_compression(pixels: bytes, needed: int) -> None:
    """Refuse pixels that begin like a compressed image and do not fit as plain numbers."""
    if not 0 <= len(pixels) - needed <= 1 and looks_compressed(pixels):
        raise UnreadableScan(
            "Its header says that its pixels are not compressed, but they are, in an encoding "
            "that it does not name; export it uncompressed."
        )


def _unpacked(part: bytes, skipped: int, count: int, allocated: int) -> Numbers:
    """Return numbers of any width from a run of bits, the lowest bit first."""
    bits = np.unpackbits(np.frombuffer(part, np.uint8), bitorder="little")
    cells = bits[skipped : skipped + count * allocated].reshape(count, allocated)
    numbers: Numbers = cells.astype(np.int64) @ (1 << np.arange(allocated, dtype=np.int64))
    return numbers
