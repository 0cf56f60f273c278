"""The jobs behind what is on the screen."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from ctviz.backend import Job
from ctviz.core import Prediction, Slice
from ctviz.ui.service import backend
from ctviz.ui.session import session

Place = tuple[object, ...]
"""Kind of a result, identity of its slice, and what else it depends on."""

PREDICTION_SECONDS = 1.0
"""A prediction is waited for this long, so that the page seldom shows a gap in its place."""

T = TypeVar("T")


class PageJobs:
    """What is asked for is held by the session until nobody looks at it any more.

    A job that is held is not asked for again, so that a failed or cancelled one stays so until
    the reader wants another try.
    """

    def __init__(self) -> None:
        self._before = session().page_jobs
        self._now: dict[Place, Job[Any]] = {}

    def several(
        self, places: Sequence[Place], ask: Callable[[list[int]], list[Job[T]]]
    ) -> list[Job[T]]:
        """Return the job of each place, asking together for those that are not held yet."""
        missing = [index for index, place in enumerate(places) if place not in self._before]
        if missing:
            for index, job in zip(missing, ask(missing), strict=True):
                self._before[places[index]] = job
        self._now |= {place: self._before[place] for place in places}
        return [self._before[place] for place in places]

    def has(self, place: Place) -> bool:
        """Whether something was asked for before."""
        return place in self._before

    def when_idle(self, place: Place, ask: Callable[[], Job[T]], *, free: bool) -> Job[T] | None:
        """Return a job that nobody waits for; it is begun, and goes on, only while we are free."""
        job = self._before.get(place)
        if not free and (job is None or not job.done):
            return None
        if job is None:
            job = self._before[place] = ask()
        self._now[place] = job
        return job

    def prediction(self, image: Slice, model_id: str) -> Job[Prediction]:
        """Return the model's answer for a slice; jobs of other slices are cancelled first."""
        for place, job in self._before.items():
            if image.identity not in place:
                job.cancel()
        place = ("prediction", image.identity, model_id)
        (job,) = self.several([place], lambda _: [backend().predict(image, model_id)])
        wait_for([job], PREDICTION_SECONDS)
        return job

    def give_up(self, kinds: Collection[str], identity: str) -> None:
        """Cancel what is of these kinds, but not of this slice, at once."""
        for place, job in self._before.items():
            if place[0] in kinds and identity not in place:
                job.cancel()

    def release_others(self) -> None:
        """Cancel what is not on the screen any more."""
        for place, job in self._before.items():
            if place not in self._now:
                job.cancel()
        session().page_jobs = self._now


def wait_for(jobs: Iterable[Job[Any]], seconds: float) -> None:
    """Wait until all jobs are done, but not longer than this, nor while the reader wants more."""
    deadline, wanted = time.monotonic() + seconds, session().waiting
    for job in jobs:
        while not job.done and not wanted and time.monotonic() < deadline:
            time.sleep(0.005)
