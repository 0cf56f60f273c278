"""Files by their sha256: how slices and models reach a worker, and nothing is sent twice."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ctviz.cohort.files import write_whole
from ctviz.core import InvalidInput, Settings
from ctviz.core.files import PART

PIECE_BYTES = 4_000_000
"""What is sent at a time, so that no message holds a whole network."""

NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Piece:
    """A part of a file on its way.

    Parameters
    ----------
    name
        The file's sha256.
    start
        Where in the file the part begins.
    content
        Its bytes.
    last
        Whether the file ends with it.
    """

    name: str
    start: int
    content: bytes
    last: bool


@dataclass(frozen=True)
class Contents:
    """A folder of files that are called by their sha256; several processes may share it.

    Parameters
    ----------
    folder
        Where they are. It may be deleted at any time: what is missing is sent again.
    """

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return those of a cache, which machines may share."""
        return cls(settings.cache / "contents")

    def path(self, name: str) -> Path:
        """Return where a file is, if it is here."""
        if not NAME.fullmatch(name):
            raise InvalidInput("A content is named by its sha256; update ctviz on both sides.")
        return self.folder / name[:2] / name

    def holds(self, name: str) -> bool:
        """Whether a file is here; it came whole or not at all."""
        return self.path(name).is_file()

    def add(self, content: bytes) -> str:
        """Keep a file and return its name."""
        name = hashlib.sha256(content).hexdigest()
        if not self.holds(name):
            write_whole(self.path(name), content)
        return name

    def read(self, name: str) -> bytes | None:
        """Return a file; None if it is not here, or was damaged, and then it is removed."""
        try:
            content = self.path(name).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() == name:
            return content
        self.remove(name)
        return None

    def remove(self, name: str) -> None:
        """Let a file go that nobody needs any more."""
        self.path(name).unlink(missing_ok=True)

    def pieces(self, name: str) -> Iterator[Piece]:
        """Yield a file in parts, as they are sent."""
        content = self.read(name)
        if content is None:
            raise InvalidInput("A file that a worker needs is gone; start the study again.")
        starts = range(0, max(1, len(content)), PIECE_BYTES)
        for start in starts:
            part = content[start : start + PIECE_BYTES]
            yield Piece(name, start, part, start == starts[-1])

    def keep(self, piece: Piece) -> bool:
        """Take in a part; return whether all is well. With the last one the file is verified."""
        path = self.path(piece.name)
        part = path.with_name(f"{PART}{piece.name}-{os.getpid()}")
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("r+b" if piece.start else "wb") as file:
            file.seek(piece.start)
            file.write(piece.content)
        if not piece.last:
            return True
        whole = hashlib.sha256(part.read_bytes()).hexdigest() == piece.name
        if whole:
            part.replace(path)
        else:
            part.unlink()
        return whole
