"""What reading libraries raise on files that somebody damaged."""

import struct
import zlib

from pydicom.errors import BytesLengthException, InvalidDicomError

DAMAGED = (
    ArithmeticError, AssertionError, AttributeError, BytesLengthException, EOFError,
    InvalidDicomError, LookupError, OSError, RuntimeError, TypeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip
