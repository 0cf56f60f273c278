"""The process in which GDCM decodes, because GDCM ends its process on many damaged files.

It runs as a script of its own; who asks imports only the form of the messages. Each request on the
standard input is a length and a path; each answer on the standard output is `ANSWER` (all zero if
the file cannot be read) and the pixels.
"""

import os
import struct
import sys

import gdcm

LENGTH = struct.Struct("<I")
ANSWER = struct.Struct("<4IB")
"""Frames, rows, columns, bytes per number, and whether the numbers have a sign."""

BYTE_BITS = 8


def decode(path: str) -> tuple[bytes, bytes]:
    """Return the answer about a file, and its pixels."""
    reader = gdcm.ImageReader()
    reader.SetFileName(path)
    if not reader.Read():
        return bytes(ANSWER.size), b""
    image = reader.GetImage()
    numbers = image.GetPixelFormat()
    columns, rows = image.GetDimension(0), image.GetDimension(1)
    # GDCM's Python wrapper hands bytes out as text.
    pixels = image.GetBuffer().encode("utf-8", "surrogateescape")
    size = numbers.GetBitsAllocated() // BYTE_BITS
    frames = len(pixels) // (rows * columns * size)
    return ANSWER.pack(frames, rows, columns, size, numbers.GetPixelRepresentation()), pixels


def serve() -> None:
    """Answer requests until the other side goes away."""
    requests = sys.stdin.buffer
    # Whatever GDCM prints must not mix with the pixels.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while header := requests.read(LENGTH.size):
        path = os.fsdecode(requests.read(*LENGTH.unpack(header)))
        for part in decode(path):
            answers.write(part)
        answers.flush()


if __name__ == "__main__":
    serve()
