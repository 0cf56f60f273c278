"""Waiting for Jobs in a way that can be given up."""

from typing import TypeVar

from ctviz.backend import Job
from ctviz.core import Progress

T = TypeVar("T")

POLL_SECONDS = 0.2
"""How long a wish to stop may go unnoticed."""


def waited(job: Job[T], progress: Progress) -> T:
    """Return a Job's result, giving it up if the progress is cancelled."""
    while True:
        try:
            return job.result(POLL_SECONDS)
        except TimeoutError:
            if progress.cancelled:
                job.cancel()
            progress.check()
