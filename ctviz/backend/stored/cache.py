"""Computed results on disk, found again by what they were computed from."""

import logging
import os
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from ctviz.core.files import PART, Arrays, replacing, sealed, unsealed

GIGABYTE = 10**9
RECENT_BYTES = 256 * 10**6
"""The maps of some fifty slices: twenty readers do not push out what others look at."""
AFTER_SWEEP = 0.9
SWEEP_EVERY = 256
STALE_SECONDS = 3600.0
SUFFIX = ".ctviz"

log = logging.getLogger(__name__)


class Kept(dict[str, NDArray[Any]]):
    """Arrays, and what was made of them, which goes when they go."""

    made: object = None


class Recent:
    """What was just used stays in memory, within a limit of bytes."""

    def __init__(self, limit: int = RECENT_BYTES) -> None:
        self._limit, self._size = limit, 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Kept | None:
        """Return the arrays of this key if they are still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, arrays: Arrays) -> Kept:
        """Keep the arrays, which must not be changed any more, and let the oldest go."""
        kept = Kept(arrays)
        with self._lock:
            self._size += _bytes(kept) - _bytes(self._kept.pop(key, Kept()))
            self._kept[key] = kept
            while self._size > self._limit:
                _, oldest = self._kept.popitem(last=False)
                self._size -= _bytes(oldest)
        return kept


class Cache:
    """Named arrays under content addresses, in a bounded folder that processes share.

    A file is its contents' sha256 and a zip of plain arrays; it appears whole or not at all. A
    damaged file counts as absent and is removed. What was not used for longest goes first. The
    folder may be deleted at any time, and a full disk costs nothing but the time to compute again.

    Parameters
    ----------
    folder
        Where the files are.
    limit
        How many bytes they may take.
    """

    def __init__(self, folder: Path, limit: int = 2 * GIGABYTE) -> None:
        self._folder, self._limit = folder, limit
        self._recent = Recent()
        self._lock = Lock()
        self._size = 0
        self._puts = 0
        self._sweep()

    def get(self, key: str) -> Kept | None:
        """Return the arrays of this key, or None if there are none or they are damaged."""
        kept = self._recent.get(key)
        if kept is None:
            arrays = self._read(key)
            kept = None if arrays is None else self._recent.put(key, arrays)
        return kept

    def _read(self, key: str) -> Arrays | None:
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        arrays = unsealed(content)
        with suppress(OSError):
            if arrays is None:
                log.warning("Removed the damaged cache file %s.", path.name)
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
        return arrays

    def put(self, key: str, arrays: Arrays) -> None:
        """Keep the arrays under this key; if the disk refuses them, they are kept for a while."""
        self._recent.put(key, arrays)
        content = sealed(arrays)
        try:
            with replacing(self._path(key)) as file:
                file.write(content)
        except OSError as error:
            log.warning("A result could not be kept in the cache: %s.", error.strerror)
            return
        with self._lock:
            self._size += len(content)
            self._puts += 1
            # Other processes write too, so that the size is measured anew from time to time.
            due = self._size > self._limit or self._puts % SWEEP_EVERY == 0
        if due:
            self._sweep()

    def clear(self) -> None:
        """Remove everything: results do not tell of which case they are."""
        self._recent = Recent()
        for _, _, path in self._files():
            with suppress(OSError):
                path.unlink(missing_ok=True)
        with self._lock:
            self._size = 0

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{SUFFIX}"

    def _sweep(self) -> None:
        """Measure the folder, remove remains of killed processes and what exceeds the limit."""
        files = self._files()
        size = sum(bytes_ for _, bytes_, _ in files)
        if size > self._limit:
            for _, bytes_, path in sorted(files):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                size -= bytes_
                if size <= AFTER_SWEEP * self._limit:
                    break
        with self._lock:
            self._size = size

    def _files(self) -> list[tuple[float, int, Path]]:
        """Return (last use, size, path) of every kept file; other processes may remove some."""
        files = []
        for path in self._folder.glob(f"*/*{SUFFIX}"):
            with suppress(OSError):
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        for path in self._folder.glob(f"*/{PART}*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    path.unlink(missing_ok=True)
        return files


def _bytes(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays.values())
