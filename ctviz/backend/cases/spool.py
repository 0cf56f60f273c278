"""Files on their way in: on disk piece by piece, within limits, swept if left behind."""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO

from filelock import FileLock, Timeout

from ctviz.core import CtvizError, InvalidInput

MEGABYTE = 10**6
RESERVE_BYTES = 500 * MEGABYTE
"""What is left free on the disk: drawings must always find room."""

MOST_FILES = 50_000
IDLE_SECONDS = 3_600.0
"""A batch to which nothing was added for so long was given up."""

NAME_BYTES = 120
ZIP_MAGIC = b"PK\x03\x04"
LOCK = ".lock"


class TooMuch(CtvizError):
    """An upload that would exceed a limit or the disk."""


@dataclass
class UploadBatch:
    """The files that one reader brings at a time; whole files only are in its folder."""

    folder: Path
    owner: str
    sizes: dict[int, int] = field(default_factory=dict)
    touched: float = field(default_factory=time.monotonic)
    taken: bool = False

    @property
    def size(self) -> int:
        """How many bytes it holds, those announced and not yet here included."""
        return sum(self.sizes.values())


class Spool:
    """The folder through which uploads come.

    Every process has a part of its own, with a lock that ends with the process: what stays behind
    is swept by whoever starts next.

    Parameters
    ----------
    folder
        Below the data folder, so that a scan stays on one disk.
    reader_mb, together_mb
        What one reader and all of them may have here at a time, in 10⁶ bytes.
    """

    def __init__(self, folder: Path, *, reader_mb: int, together_mb: int) -> None:
        self._limits = reader_mb, together_mb
        self._folder = folder / secrets.token_hex(8)
        self._batches: dict[str, UploadBatch] = {}
        self._guard = Lock()
        self._lock: FileLock | None = None
        if folder.is_dir():
            _sweep(folder)

    @property
    def reader_mb(self) -> int:
        """What one reader may have here at a time, in 10⁶ bytes."""
        return self._limits[0]

    @contextmanager
    def receive(self, owner: str, batch: str, number: int, size: int) -> Iterator[BinaryIO]:
        """Lend a file to write to, which becomes part of a batch when it is complete.

        Parameters
        ----------
        owner
            Who brings it.
        batch, number
            The batch's name, and the file's number within it.
        size
            How many bytes there will be.

        Raises
        ------
        TooMuch
            If there is no room for so many.
        InvalidInput
            If the batch is somebody else's or closed, or other than ``size`` bytes came.
        """
        incoming = self._announce(owner, batch, number, size)
        part = incoming.folder / f"{number:05d}.part"
        try:
            with part.open("wb") as file:
                yield file
                _check_length(file, size)
        except OSError as error:
            self._forget(incoming, number, part)
            raise TooMuch(
                f"The server's disk cannot take the file ({error.strerror}); make room there."
            ) from None
        except BaseException:
            self._forget(incoming, number, part)
            raise

    def keep(self, batch: str, number: int, name: str) -> None:
        """Give a file that was received the last part of its name; archives are set apart."""
        folder = self._batches[batch].folder
        part = folder / f"{number:05d}.part"
        with part.open("rb") as file:
            archive = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
        # A folder each: equal names do not collide, and no name leads out of it.
        own = folder / ("archives" if archive else "files") / f"{number:05d}"
        own.mkdir(parents=True, exist_ok=True)
        part.replace(own / harmless(name))

    def take(self, owner: str, batch: str) -> Path | None:
        """Close a batch and return its folder, to be removed by whoever reads it."""
        with self._guard:
            own = self._batches.get(batch)
            if own is None or own.owner != owner or own.taken or not own.sizes:
                return None
            own.taken = True
            return own.folder

    def hold(self, files: Iterable[Path]) -> Path:
        """Move fetched files into a batch that is closed; return its folder, to be removed."""
        with self._guard:
            folder = self._made(secrets.token_hex(16))
        for number, path in enumerate(files):
            own = folder / "files" / f"{number:05d}"
            own.mkdir(parents=True)
            path.rename(own / path.name)
        return folder

    def discard(self, owner: str, batch: str) -> None:
        """Forget a batch that nobody has taken."""
        with self._guard:
            own = self._batches.get(batch)
            if own is not None and own.owner == owner and not own.taken:
                self._remove(batch)

    def close(self) -> None:
        """Remove this process's part."""
        with self._guard:
            self._batches.clear()
            if self._lock is not None:
                self._lock.release()
                shutil.rmtree(self._folder, ignore_errors=True)
                self._lock = None

    def _announce(self, owner: str, batch: str, number: int, size: int) -> UploadBatch:
        with self._guard:
            self._tidy()
            own = self._batches.get(batch)
            if own is None:
                own = self._batches[batch] = UploadBatch(self._made(batch), owner)
            if own.owner != owner or own.taken or number in own.sizes:
                raise InvalidInput("This upload is closed; reload the page and begin again.")
            self._check_room(own, number, size)
            own.sizes[number], own.touched = size, time.monotonic()
            return own

    def _check_room(self, own: UploadBatch, number: int, size: int) -> None:
        of_reader, of_all = (limit * MEGABYTE for limit in self._limits)
        here = [other for other in self._batches.values() if other.folder.exists()]
        if size + sum(other.size for other in here if other.owner == own.owner) > of_reader:
            raise TooMuch(
                f"That is more than the {self._limits[0]} MB that one reader may bring at a time; "
                "bring fewer files, or let whoever runs ctviz import them or raise CTVIZ_UPLOAD_MB."
            )
        if size + sum(other.size for other in here) > of_all:
            raise TooMuch(
                "Other readers are bringing in scans and there is no room for more; try again in "
                "a few minutes, or let whoever runs ctviz raise CTVIZ_UPLOADS_MB."
            )
        if number >= MOST_FILES:
            raise TooMuch(f"At most {MOST_FILES} files are taken at a time; bring them as a zip.")
        if shutil.disk_usage(own.folder).free - size < RESERVE_BYTES:
            raise TooMuch("The server's disk is nearly full; make room there and try again.")

    def _made(self, batch: str) -> Path:
        if self._lock is None:
            self._folder.mkdir(parents=True, mode=0o700)
            self._lock = FileLock(self._folder / LOCK)
            self._lock.acquire()
        folder = self._folder / batch
        folder.mkdir(mode=0o700)
        return folder

    def _forget(self, own: UploadBatch, number: int, part: Path) -> None:
        with self._guard:
            own.sizes.pop(number, None)
        with suppress(OSError):
            part.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Remove batches that were given up, and take note of those that were read."""
        now = time.monotonic()
        for name, batch in list(self._batches.items()):
            given_up = not batch.taken and now - batch.touched > IDLE_SECONDS
            if given_up or (batch.taken and not batch.folder.exists()):
                self._remove(name)

    def _remove(self, batch: str) -> None:
        shutil.rmtree(self._batches.pop(batch).folder, ignore_errors=True)


def _check_length(file: BinaryIO, size: int) -> None:
    if file.tell() != size:
        raise InvalidInput("The file came with another length than announced; send it again.")


def spooled(folder: Path) -> list[Path]:
    """Return what is to be read of a batch: every archive by itself, and all the others."""
    archives = sorted(path for path in folder.glob("archives/*/*") if path.is_file())
    others = folder / "files"
    return [*archives, others] if others.is_dir() else archives


def harmless(name: str) -> str:
    r"""Return the last part of a name as a file may be called anywhere.

    >>> harmless("../../a/scan.dcm"), harmless("C:\\x\\.hidden"), harmless("..")
    ('scan.dcm', 'hidden', 'upload')
    """
    last = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name.lstrip(".")
    shown = "".join(letter for letter in last if letter.isprintable())
    encoded = shown.encode("utf-8", "ignore")[-NAME_BYTES:]
    return encoded.decode("utf-8", "ignore").lstrip(".") or "upload"


def _sweep(folder: Path) -> None:
    """Remove the parts of processes that have ended."""
    for part in folder.iterdir():
        lock = FileLock(part / LOCK, timeout=0)
        with suppress(Timeout, OSError):
            with lock:
                pass
            shutil.rmtree(part, ignore_errors=True)
