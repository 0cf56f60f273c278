"""The one backend of this process, shared by all sessions, pages and routes."""

from functools import cache
from threading import Lock

from ctviz.backend import Backend
from ctviz.core import Settings

_opening = Lock()


@cache
def _backend() -> Backend:
    return Backend(Settings.from_environment())


def backend() -> Backend:
    """Return the backend, opened by whoever asks first."""
    with _opening:
        return _backend()


def prepare() -> None:
    """Let the first visitor find something: make the demo cohort if there is no case yet."""
    service = backend()
    if not service.cases():
        service.import_demo()
