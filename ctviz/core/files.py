"""Files that appear whole or not at all, and arrays that know whether they were damaged."""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

PART = ".part-"
"""How files begin that are being written, or were when a process was killed."""

SEAL_BYTES = hashlib.sha256().digest_size


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Lend a file to write to, which takes its name in one step when it is complete.

    Whoever reads meets the old content or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise


def sealed(arrays: Arrays, *, compressed: bool = False) -> bytes:
    """Return named arrays as bytes behind their sha256; equal arrays give equal bytes."""
    body = io.BytesIO()
    save: Callable[..., None] = np.savez_compressed if compressed else np.savez
    save(body, allow_pickle=False, **arrays)
    content = body.getvalue()
    return hashlib.sha256(content).digest() + content


def unsealed(content: bytes) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of sealed bytes; None if these were damaged."""
    seal, body = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if hashlib.sha256(body).digest() != seal:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
