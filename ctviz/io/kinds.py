"""What kind of file something is, told by its first bytes and never by its name."""

import zlib
from enum import Enum
from pathlib import Path

from ctviz.io.off_limits import refuse_database

HEAD_BYTES = 560
"""Enough for DICOM's prefix and both NIfTI headers."""

PACKED_HEAD_BYTES = 2**16
GZIP_BITS = zlib.MAX_WBITS | 16
"""Tells zlib that what it unpacks begins as gzip's files do."""

PREFIX = 128
NIFTI_SIZES = {348: (344, b"n+1\0", b"ni1\0"), 540: (4, b"n+2\0", b"ni2\0")}
"""Length of the header: where its magic stands, and what it is."""


class Kind(Enum):
    """The families of files; the value says in words what a refused one is."""

    DICOM = "DICOM"
    NIFTI = "NIfTI"
    PICTURE = "a picture"
    ZIP = "a zip archive"
    GZIP = "a compressed file"
    EMPTY = "an empty file"
    OTHER = "another file"


MAGIC = {
    b"\x1f\x8b": Kind.GZIP,
    b"PK\x03\x04": Kind.ZIP,
    b"PK\x05\x06": Kind.ZIP,
    b"\x89PNG\r\n\x1a\n": Kind.PICTURE,
    b"\xff\xd8\xff": Kind.PICTURE,
    b"II*\0": Kind.PICTURE,
    b"MM\0*": Kind.PICTURE,
    b"II+\0": Kind.PICTURE,
    b"MM\0+": Kind.PICTURE,
}


def kind_of(path: Path) -> Kind:
    """Return the family a file belongs to, refusing a database without opening it."""
    refuse_database(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return Kind.EMPTY
    if head[PREFIX : PREFIX + 4] == b"DICM":
        return Kind.DICOM
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            nifti = kind is Kind.GZIP and _is_nifti(_unpacked_head(path))
            return Kind.NIFTI if nifti else kind
    if _is_nifti(head):
        return Kind.NIFTI
    return Kind.DICOM if _starts_like_dicom(head) else Kind.OTHER


def _is_nifti(head: bytes) -> bool:
    """Whether the bytes begin a NIfTI-1 or NIfTI-2 file of either byte order."""
    for size, (place, *magics) in NIFTI_SIZES.items():
        if size in {int.from_bytes(head[:4], order) for order in ("little", "big")}:
            return head[place : place + 4] in magics
    return False


def _unpacked_head(path: Path) -> bytes:
    """Return the first bytes inside a gzip file, as far as it is not damaged."""
    with path.open("rb") as file:
        packed = file.read(PACKED_HEAD_BYTES)
    try:
        # Whatever follows the packed bytes does not matter yet.
        return zlib.decompressobj(wbits=GZIP_BITS).decompress(packed, HEAD_BYTES)
    except zlib.error:
        return b""


def _starts_like_dicom(head: bytes) -> bool:
    """Whether the bytes begin with an element of DICOM's first groups, without the prefix.

    Old archives leave the prefix out; the groups are 2 and 8, in either byte order.
    """
    little = head[:2] in {b"\x02\0", b"\x08\0"} and head[3:4] == b"\0"
    big = head[:2] in {b"\0\x02", b"\0\x08"} and head[2:3] == b"\0"
    return little or big
