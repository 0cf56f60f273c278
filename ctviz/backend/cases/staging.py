"""Where an import puts what is not finished: a folder each, gone with the process that made it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ctviz.core import saved_or_said

LOCK = "lock"


class Staging:
    """Rooms for unfinished work in the data folder, so that finishing it is one renaming.

    A room is locked by the process that uses it for as long as both exist. What a killed process
    has left is not locked any more, and `sweep` removes it.

    Parameters
    ----------
    folder
        Made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Lend an empty folder, which is removed with all that is left in it."""
        with ExitStack() as stack:
            with saved_or_said(), self._alone():
                room = Path(tempfile.mkdtemp(prefix="import-", dir=self._folder))
                stack.callback(shutil.rmtree, room, ignore_errors=True)
                stack.enter_context(_locked(room, fcntl.LOCK_EX))
            yield room

    def sweep(self) -> None:
        """Remove what killed processes have left."""
        if not self._folder.is_dir():
            return
        with suppress(OSError), self._alone():
            for room in self._folder.iterdir():
                if room.is_dir() and not room.is_symlink():
                    with suppress(OSError), _locked(room, fcntl.LOCK_EX | fcntl.LOCK_NB):
                        shutil.rmtree(room, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from making or removing rooms."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / LOCK).touch()
        with _locked(self._folder / LOCK, fcntl.LOCK_EX):
            yield


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    """Hold a lock on a file or folder; the system lets go of it when the process ends."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
