"""Names for the arrays that travel through ctviz; always (row, column)."""

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatMap: TypeAlias = NDArray[np.float32]
"""One number per pixel, (H, W) or (h, w)."""

Mask: TypeAlias = NDArray[np.bool_]
"""A bare boolean array, (H, W)."""


def frozen(array: NDArray[np.generic], dtype: type[np.generic]) -> NDArray[np.generic]:
    """Return the array as a read-only, contiguous array of ``dtype`` (copied only if needed)."""
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


def digest(*parts: NDArray[np.generic] | bytes | str) -> str:
    """Return the sha256 of arrays (with type and shape), bytes and text, as 64 hex digits."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            sha.update(f"{part.dtype.str}{part.shape}".encode())
            sha.update(np.ascontiguousarray(part).data)
        else:
            content = part.encode() if isinstance(part, str) else part
            sha.update(f"{len(content)}:".encode())
            sha.update(content)
    return sha.hexdigest()
