"""PNG files of any depth, made from nothing but their definition."""

import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(name: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png(stored: np.ndarray, kind: int, bits: int, *chunks: bytes) -> bytes:
    """Return a PNG of stored numbers (H, W) or (H, W, C) of a colour type and depth."""
    rows, columns = stored.shape[:2]
    numbers = stored.reshape(rows, columns * CHANNELS[kind])
    if bits == 16:
        lines = [row.astype(">u2").tobytes() for row in numbers]
    elif bits == 8:
        lines = [row.astype("u1").tobytes() for row in numbers]
    else:
        digits = (numbers[..., None] >> np.arange(bits - 1, -1, -1)) & 1
        lines = [np.packbits(row).tobytes() for row in digits]
    head = struct.pack(">IIBBBBB", columns, rows, bits, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(chunks)
        + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + line for line in lines)))
        + chunk(b"IEND", b"")
    )
