"""What a compressed frame says of itself, whatever the DICOM header around it says.

Markers and their fields: ISO/IEC 10918-1 (JPEG), 14495-1 (JPEG-LS), 15444-1 (JPEG 2000).
"""

import struct
from dataclasses import dataclass
from enum import Enum

from ctviz.core import UnreadableScan


class Family(Enum):
    """The compressions that ctviz tells apart; the value is what people call them."""

    JPEG = "JPEG"
    LOSSLESS_JPEG = "lossless JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"


@dataclass(frozen=True)
class Codestream:
    """The head of a compressed frame.

    Parameters
    ----------
    shape
        (H, W).
    components
        Numbers per pixel.
    bits
        Precision of a number.
    signed
        Whether the numbers have a sign; only JPEG 2000 knows one.
    lossy
        Whether the numbers were changed on purpose.
    """

    family: Family
    shape: tuple[int, int]
    components: int
    bits: int
    signed: bool = False
    lossy: bool = False


SOI, EOI, SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
J2K, TILE_PART, CODING_STYLE = b"\xff\x4f\xff\x51", b"\xff\x90", b"\xff\x52"
REVERSIBLE_WAVELET = 1

FRAMES = {
    0xC0: Family.JPEG, 0xC1: Family.JPEG, 0xC2: Family.JPEG, 0xC3: Family.LOSSLESS_JPEG,
    0xF7: Family.JPEG_LS,
}  # fmt: skip
"""JPEG's start-of-frame markers; arithmetic coding and hierarchies are not among them."""

OTHERS = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\0\0\x01": "MPEG",
    b"\0\0\0\x01": "MPEG-4",
}
"""How the streams begin that no image decoder reads."""

CUT = UnreadableScan("Its compressed pixels are damaged or cut short; copy it again.")


def looks_compressed(pixels: bytes) -> bool:
    """Whether bytes that should be plain numbers begin like a compressed frame or its wrapping."""
    magics = (b"\xfe\xff\x00\xe0", SOI + b"\xff", J2K, *OTHERS)
    return any(pixels.startswith(magic) for magic in magics)


def starts_a_frame(fragment: bytes) -> bool:
    """Whether a fragment begins with a compressed image of its own."""
    return fragment.startswith((SOI + b"\xff", J2K))


def inspect(frame: bytes) -> Codestream:
    """Return what a whole compressed frame says of itself, refusing what is no frame or cut."""
    try:
        # JPEG 2000 may come in the boxes of a JP2 file.
        if (start := frame.find(J2K, 0, 512)) >= 0:
            return _jpeg_2000(memoryview(frame)[start:].tobytes() if start else frame)
        if frame.startswith(SOI):
            return _jpeg(frame)
    except (IndexError, struct.error):
        raise CUT from None
    for magic, name in OTHERS.items():
        if frame.startswith(magic):
            raise UnreadableScan(
                f"Its pixels are compressed as {name}, an encoding that ctviz cannot read; "
                "export it uncompressed."
            )
    raise UnreadableScan(
        "Its pixels are not in the encoding that its header names; export it uncompressed."
    )


def _jpeg(frame: bytes) -> Codestream:
    """Read a JPEG's or JPEG-LS's frame header, and its scan header for the loss."""
    place, head = len(SOI), None
    while True:
        while frame[place + 1] == 0xFF:
            place += 1
        marker = frame[place + 1]
        (length,) = struct.unpack_from(">H", frame, place + 2)
        if frame[place] != 0xFF or length < 2:
            raise CUT
        if marker == SCAN:
            break
        if marker in FRAMES:
            head = (FRAMES[marker], *struct.unpack_from(">BHHB", frame, place + 4))
        elif 0xC0 < marker < 0xD0 and marker not in {0xC4, 0xC8, 0xCC}:
            raise UnreadableScan(
                "Its pixels are in a kind of JPEG that nobody decodes; export it uncompressed."
            )
        place += 2 + length
    if head is None or EOI not in frame[place:]:
        raise CUT
    family, bits, rows, columns, components = head
    # A scan header ends with the error that JPEG-LS allows, the interleaving and a shift.
    lossy = family is Family.JPEG or (family is Family.JPEG_LS and frame[place + length - 1] > 0)
    return Codestream(family, (rows, columns), components, bits, lossy=lossy)


def _jpeg_2000(frame: bytes) -> Codestream:
    """Read a JPEG 2000 codestream's main header, and whether its tiles are all there."""
    right, bottom, left, top, *tiling = struct.unpack_from(">8I", frame, 8)
    components, depth = struct.unpack_from(">HB", frame, 40)
    place, lossy = len(J2K) - 2, True
    while (marker := frame[place : place + 2]) != TILE_PART:
        (length,) = struct.unpack_from(">H", frame, place + 2)
        if marker == CODING_STYLE:
            lossy = frame[place + 13] != REVERSIBLE_WAVELET
        place += 2 + length
    width, height, from_left, from_top = tiling
    tiles = -(-(right - from_left) // max(1, width)) * -(-(bottom - from_top) // max(1, height))
    if not _whole_tiles(frame, place, tiles):
        raise CUT
    signed, bits = depth >= 0x80, (depth & 0x7F) + 1
    shape = (bottom - top, right - left)
    return Codestream(Family.JPEG_2000, shape, components, bits, signed, lossy)


def _whole_tiles(frame: bytes, place: int, tiles: int) -> bool:
    """Whether the frame ends where JPEG 2000 ends, or at least holds every tile to its end."""
    seen = set()
    while frame[place : place + 2] == TILE_PART:
        tile, length = struct.unpack_from(">HI", frame, place + 4)
        # Length zero means: up to the end of the codestream.
        if length == 0:
            return EOI in frame[place:]
        if length < 12:
            return False
        seen.add(tile)
        place += length
    return place <= len(frame) and (frame[place : place + 2] == EOI or len(seen) == tiles)
