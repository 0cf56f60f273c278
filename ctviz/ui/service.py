"""The one backend of this process, shared by all sessions, pages and routes."""

import gc
import time
from contextlib import suppress
from functools import cache
from threading import Lock

from ctviz.backend import Backend, Imported, Job
from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.backend.cases.demo import MADE
from ctviz.cohort.bin import empty_bin
from ctviz.core import CtvizError, Settings
from ctviz.models.intake import empty_model_bin
from ctviz.store import AuditEntry, AuditEvent

_opening = Lock()


@cache
def _backend() -> Backend:
    return Backend(Settings.from_environment())


def backend() -> Backend:
    """Return the backend, opened by whoever asks first."""
    with _opening:
        return _backend()


def settings() -> Settings:
    """Return the folders, the device, and what browsers may do."""
    return backend().settings


@cache
def first_cases() -> Job[Imported] | None:
    """Make the demo cohort, once, where there was nothing else when the process started.

    One that was broken off is completed. Who has used the bin does not want any of it back.
    """
    service = backend()
    own = any(entry.source not in MADE for entry in service.cases())
    return None if own or service.store.bin.used else service.import_demo()


def prepare() -> None:
    """Let the first visitor find something, before the first page is asked for.

    What keeps the backend from being opened, such as a folder that may not be written, is said on
    every page.
    """
    with suppress(CtvizError):
        models = empty_model_bin(settings().models, time.time() - IN_BIN.total_seconds())
        for name in (*empty_bin(settings()), *models):
            backend().store.record(AuditEntry(AuditEvent.DELETED, "the bin", name))
        first_cases()
    # Streamlit looks for garbage after every run of a page. The libraries' objects, which never are
    # any, would take a quarter of a second each time, in which nothing else goes on.
    gc.collect()
    gc.freeze()


def close() -> None:
    """Close the backend; whoever asks next opens a new one."""
    with _opening:
        if _backend.cache_info().currsize:
            _backend().close()
        _backend.cache_clear()
        first_cases.cache_clear()
