"""A lock between processes that is not lost when a part of this process reads the file it is on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctviz.core import StorageRefused

try:
    import fcntl
except ModuleNotFoundError:  # a system on which nobody can unlink a file that is open
    fcntl = None  # type: ignore[assignment]

POLL_SECONDS = 0.005


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
        if fcntl is None:
            yield
            return
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
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file; the guard must not be used afterwards."""
        self._file.close()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
