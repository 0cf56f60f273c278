"""The files of a study: whole or not at all, and an unwritable folder in one sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from ctviz.core import InvalidInput
from ctviz.core import files as whole
from ctviz.core.files import PART, Arrays, sealed, unsealed
from ctviz.core.foreign import foreign


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Lend a file to write to, which takes its name in one step when it is complete."""
    try:
        with whole.replacing(path) as file:
            yield file
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


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a JSON file's document, None if there is no such file or it is damaged."""
    damaged = InvalidInput("The file is damaged.")
    try:
        with foreign(damaged):
            return json.loads(path.read_text(encoding="utf-8"))
    except InvalidInput:
        return None


def write_sealed(path: Path, arrays: Arrays) -> None:
    """Write named arrays behind their sha256; equal arrays give equal files."""
    write_whole(path, sealed(arrays, compressed=True))


def read_sealed(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a sealed file; None if it is absent or damaged."""
    try:
        return unsealed(path.read_bytes())
    except OSError:
        return None
