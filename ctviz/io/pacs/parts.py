"""Where files of a series lie until all of them are here, so that a cut costs nothing twice.

They still carry names of patients: only the owner of the data folder may read them, and they go
when the series was read or given up, at the latest after a day.
"""

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ctviz.core import InvalidInput, saved_or_said
from ctviz.core.files import PART, replacing
from ctviz.io.pacs.query import FoundSeries
from ctviz.io.pacs.servers import PacsServer

KEPT_SECONDS = 86_400.0
RESERVE_BYTES = 500 * 10**6
"""What is left free on the disk: drawings must always find room."""

DIGITS = 24


@dataclass(frozen=True)
class SeriesParts:
    """The files of one series that have come."""

    folder: Path

    def have(self, image: str) -> bool:
        """Whether an image is here."""
        return self._path(image).exists()

    def put(self, image: str, file: bytes) -> None:
        """Keep an image, whole or not at all."""
        with saved_or_said():
            if shutil.disk_usage(self.folder).free < RESERVE_BYTES + len(file):
                raise InvalidInput("The disk has no room for the series; make some and try again.")
            with replacing(self._path(image)) as target:
                target.write(file)

    @property
    def files(self) -> list[Path]:
        """All that are here."""
        return sorted(p for p in self.folder.glob("*.dcm") if not p.name.startswith(PART))

    def drop(self) -> None:
        """Remove all of them."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, image: str) -> Path:
        return self.folder / f"{_code(image)}.dcm"


class PartShelf:
    """The folder of all series that are being fetched.

    Parameters
    ----------
    folder
        Below the data folder; what lies there for a day is removed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sweep()

    @contextmanager
    def room(self, server: PacsServer, series: FoundSeries) -> Iterator[SeriesParts]:
        """Lend what is here of a series, to one at a time."""
        name = _code(server.name, series.study, series.uid)
        with saved_or_said():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with FileLock(self._folder / f"{name}.lock", timeout=0, mode=0o600):
                folder = self._folder / name
                with saved_or_said():
                    folder.mkdir(mode=0o700, exist_ok=True)
                yield SeriesParts(folder)
        except Timeout:
            raise InvalidInput(
                "Somebody is fetching this series at the moment; wait until it is there."
            ) from None

    def _sweep(self) -> None:
        """Remove what was left behind."""
        if not self._folder.is_dir():
            return
        before = time.time() - KEPT_SECONDS
        for path in self._folder.glob("*.lock"):
            folder = path.with_suffix("")
            with suppress(OSError, Timeout):
                newest = max(path.stat().st_mtime, *_times(folder))
                if newest < before:
                    with FileLock(path, timeout=0):
                        shutil.rmtree(folder, ignore_errors=True)
                        path.unlink(missing_ok=True)


def _times(folder: Path) -> list[float]:
    return [folder.stat().st_mtime] if folder.is_dir() else [0.0]


def _code(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:DIGITS]
