"""Keeps what reading libraries would tell the world to themselves: their texts quote patients."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

READERS = (
    "pydicom", "highdicom", "PIL", "nibabel", "openjpeg", "tifffile", "pynetdicom", "urllib3",
    "dicomweb_client",
)  # fmt: skip
"""Libraries whose warnings and log lines may quote what stands in a file."""

MODULES = rf"({'|'.join(READERS)}|jpeg_ls|gdcm|ctviz\.io)(\.|$)"


def _mute_logs() -> None:
    """Stop the reading libraries from logging, for the whole process."""
    for name in READERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class _Quiet:
    """Ignores the reading libraries' warnings while at least one thread reads.

    Python's warning filters belong to the process, so the first reader in sets them and the last
    one out restores them.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._readers = 0
        self._filters = warnings.catch_warnings()

    def enter(self) -> None:
        """Count one reader more."""
        with self._lock:
            if self._readers == 0:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module=MODULES)
            self._readers += 1

    def leave(self) -> None:
        """Count one reader less."""
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                self._filters.__exit__(None, None, None)


_mute_logs()
_QUIET = _Quiet()


@contextmanager
def quiet() -> Iterator[None]:
    """Read files inside this context; no warning of a reading library leaves it."""
    _QUIET.enter()
    try:
        yield
    finally:
        _QUIET.leave()
