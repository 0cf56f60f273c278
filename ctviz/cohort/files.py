"""Files that appear whole or not at all, and arrays that know whether they were damaged."""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import InvalidInput

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

PART = ".part-"
"""How files begin that are being written, or were when a process was killed."""

SEAL_BYTES = hashlib.sha256().digest_size


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Lend a file to write to, which takes its name in one step when it is complete.

    Whoever reads meets the old content or the new one.
    """
    try:
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
    except OSError as error:
        raise InvalidInput(
            f"The study's file '{path.name}' cannot be written ({error.strerror}); make room or "
            "choose another folder."
        ) from None


def remove_parts(folder: Path) -> None:
    """Remove the files that a killed process left unfinished."""
    for part in folder.rglob(f"{PART}*"):
        part.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step."""
    with replacing(path) as file:
        file.write(content)


def write_json(path: Path, document: object, *, indent: int | None = 1) -> None:
    """Write a JSON file in one step; NaN is refused, so that every program can read it."""
    text = json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)
    write_whole(path, text.encode())


def write_sealed(path: Path, arrays: Arrays) -> None:
    """Write named arrays behind their sha256; equal arrays give equal files."""
    body = io.BytesIO()
    np.savez_compressed(body, allow_pickle=False, **arrays)
    content = body.getvalue()
    write_whole(path, hashlib.sha256(content).digest() + content)


def read_sealed(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a sealed file; None if it is absent or damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    seal, body = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if hashlib.sha256(body).digest() != seal:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
