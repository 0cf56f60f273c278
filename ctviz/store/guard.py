"""A lock between processes that is not lost when a part of this process reads the file it is on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ctviz.core import StorageRefused

POLL_SECONDS = 0.005


def _bsd_locks() -> ModuleType | None:
    """Return the module of these locks, which a system without it does not need.

    There, nobody can unlink a file that is open.
    """
    try:
        return import_module("fcntl")
    except ModuleNotFoundError:
        return None


_fcntl = _bsd_locks()


class Guard:
    """Lets one process at a time write a database or close it.

    SQLite's own locks (POSIX) belong to a process and its file, and are gone as soon as anything in
    the process closes that file; these (BSD) belong to the opened file.

    Parameters
    ----------
    path
        A file of its own beside what is guarded; made if it does not exist.
    patience_seconds
        How long to wait for another process.
    """

    def __init__(self, path: Path, patience_seconds: float) -> None:
        self._name = path.name
        self._patience_seconds = patience_seconds
        self._file = path.open("ab")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep all other processes out meanwhile."""
        deadline = time.monotonic() + self._patience_seconds
        while not self._taken():
            if time.monotonic() > deadline:
                raise StorageRefused(
                    f"Another process has kept '{self._name}' for {self._patience_seconds:.0f} "
                    "seconds, so this was not saved; end it and try again."
                )
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            if _fcntl:
                _fcntl.flock(self._file, _fcntl.LOCK_UN)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._file.closed

    def close(self) -> None:
        """Close the file; the guard must not be used afterwards."""
        self._file.close()

    def _taken(self) -> bool:
        if _fcntl is None:
            return True
        try:
            _fcntl.flock(self._file, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
