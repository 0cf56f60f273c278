"""Waiting for Jobs with a progress bar, and giving them up at Ctrl-C."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from ctviz.core import Progress, Settings

if TYPE_CHECKING:
    from ctviz.backend import Backend, Job

T = TypeVar("T")

BAR_CELLS = 24
REFRESH_SECONDS = 0.1


@contextmanager
def opened_backend() -> Iterator["Backend"]:
    """Lend the backend of this process's settings; what is under way at the end is given up."""
    from ctviz.backend import Backend

    backend = Backend(Settings.from_environment())
    try:
        yield backend
    finally:
        backend.close()


def wait(job: "Job[T]", doing: str) -> T:
    """Return a Job's result, showing its progress on a terminal."""
    return wait_all([job], doing)[0]


def wait_all(jobs: Sequence["Job[T]"], doing: str) -> list[T]:
    """Return the results of Jobs in their order, showing their progress on a terminal."""
    if sys.stderr.isatty():
        _show(jobs, doing)
    return [job.result() for job in jobs]


@contextmanager
def progress_bar(doing: str) -> Iterator[Progress]:
    """Lend a progress that is shown on a terminal."""
    shown = sys.stderr.isatty()
    try:
        yield Progress(lambda share: _draw(doing, share)) if shown else Progress()
    finally:
        if shown:
            _clear()


def _show(jobs: "Sequence[Job[T]]", doing: str) -> None:
    waiting = list(jobs)
    try:
        while waiting:
            _draw(doing, sum(job.progress for job in jobs) / len(jobs))
            try:
                waiting[0].result(REFRESH_SECONDS)
            except TimeoutError:
                continue
            waiting.pop(0)
    finally:
        _clear()


def _clear() -> None:
    sys.stderr.write("\r\033[K")
    sys.stderr.flush()


def _draw(doing: str, share: float) -> None:
    full = round(share * BAR_CELLS)
    bar = "█" * full + "░" * (BAR_CELLS - full)
    sys.stderr.write(f"\r{doing} {bar} {share:4.0%}")
    sys.stderr.flush()
