"""Masks as run lengths: a drawing of half a megapixel becomes a few hundred bytes."""

import zlib
from itertools import chain

import numpy as np

from ctviz.core import InvalidInput, Mask

RUN = np.dtype("<u4")


def encode_mask(mask: Mask) -> bytes:
    """Return the lengths of the runs of equal pixels, row by row, as deflated little-endian uint32.

    The first run counts unmarked pixels and may be zero; marked and unmarked runs alternate.
    """
    pixels = np.asarray(mask, np.bool_).ravel()
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    edges = np.fromiter(chain((0,), changes, (pixels.size,)), np.int64)
    runs = np.diff(edges)
    if pixels.size and pixels[0]:
        runs = np.concatenate(([0], runs))
    return zlib.compress(runs.astype(RUN).tobytes())


def decode_mask(code: bytes, shape: tuple[int, int]) -> Mask:
    """Return the (H, W) mask of a code made by `encode_mask`.

    Raises
    ------
    InvalidInput
        If the code is damaged or belongs to a mask of another size.
    """
    rows, columns = shape
    # A mask has at most one run a pixel and one empty run in front: nothing longer is unpacked.
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(code, (rows * columns + 1) * RUN.itemsize)
    except zlib.error:
        raise InvalidInput("A saved drawing is damaged and cannot be shown.") from None
    if not unpacker.eof or len(raw) % RUN.itemsize:
        raise InvalidInput("A saved drawing is damaged and cannot be shown.")
    runs = np.frombuffer(raw, RUN).astype(np.int64)
    if runs.sum() != rows * columns:
        raise InvalidInput(f"A saved drawing does not fit a slice of {rows} × {columns} pixels.")
    return np.repeat(np.arange(runs.size) % 2 == 1, runs).reshape(shape)
