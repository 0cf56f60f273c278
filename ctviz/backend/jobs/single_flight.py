"""Where one kind of result is asked for: recalled if known, shared if under way, else queued."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from ctviz.backend.jobs.asker import asker
from ctviz.backend.jobs.batch import Batch
from ctviz.backend.jobs.job import Job, Work
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.core import Progress

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Wanted(Generic[T]):
    """What is still wanted of a request: the place of its key in it, and the Work to finish."""

    place: int
    work: Work[T]


@dataclass(frozen=True, eq=False)
class _Entered(Generic[T]):
    """Somebody's Job, its Work, and whether the Work is new and must be seen to."""

    job: Job[T]
    work: Work[T]
    new: bool


def _unknown(_: str) -> None:
    return None


class SingleFlight(Generic[T]):
    """Single flight for one kind of result: equal requests under way share one computation.

    What waits in the background is moved forward when a reader asks for it.

    Parameters
    ----------
    worker
        Who computes.
    message
        What is going on while it is computed, for those who wait.
    recall
        Returns the result of a key that was computed before, or None.
    """

    def __init__(
        self,
        worker: Worker,
        message: str = "",
        recall: Callable[[str], T | None] = _unknown,
    ) -> None:
        self._worker, self._message, self._recall = worker, message, recall
        self._works: dict[str, Work[T]] = {}
        self._waiting: dict[str, Callable[[], object]] = {}
        self._lock = Lock()

    def ask(
        self,
        key: str,
        compute: Callable[[Progress], T],
        urgency: Urgency = "interactive",
        owner: str = "",
    ) -> Job[T]:
        """Return the Job of one result, for somebody if one is to share with others."""

        def finish(wanted: Sequence[Wanted[T]], progress: Progress) -> None:
            for each in wanted:
                each.work.finish(compute(progress))

        return self.ask_together([key], finish, urgency, owner)[0]

    def ask_together(
        self,
        keys: Sequence[str],
        compute: Callable[[Sequence[Wanted[T]], Progress], object],
        urgency: Urgency = "interactive",
        owner: str = "",
    ) -> list[Job[T]]:
        """Return a Job for each key; what is neither known nor under way is computed in one go.

        ``compute`` finishes or fails each Work as soon as it can.
        """
        entries = self._enter_all(keys)
        places = {entry.work: place for place, entry in enumerate(entries) if entry.new}

        def start() -> None:
            Batch(list(places), self._message, self._worker.step).run(
                lambda works, progress: compute([Wanted(places[w], w) for w in works], progress)
            )

        if any(not work.over for work in places):
            self._queue(places, start, urgency, owner)
        if urgency == "interactive":
            self._hurry(entry.work for entry in entries if not entry.new)
        return [entry.job for entry in entries]

    def under_way(self, key: str) -> bool:
        """Whether a result is being computed, or waits for that."""
        with self._lock:
            return key in self._works

    def here(self, key: str, compute: Callable[[], T]) -> T:
        """Return a result, computed in this thread unless it is known or being computed.

        What still waits in a queue is not waited for, so that a worker may call this.
        """
        entry = self._enter(key)
        entry.work.run(compute)
        return entry.job.result()

    def close(self) -> None:
        """Give up everything under way."""
        with self._lock:
            works = list(self._works.values())
        for work in works:
            work.abandon()

    def _queue(
        self,
        works: Iterable[Work[T]],
        start: Callable[[], object],
        urgency: Urgency,
        owner: str,
    ) -> None:
        if urgency == "background":
            with self._lock:
                self._waiting |= {work.key: start for work in works if not work.over}
        self._worker.submit(start, urgency, owner or asker())

    def _hurry(self, works: Iterable[Work[T]]) -> None:
        """Queue again, as urgent, what still waits in the background; it is only done once."""
        with self._lock:
            starts = [self._waiting.pop(work.key, None) for work in works]
        for start in dict.fromkeys(starts):
            if start is not None:
                self._worker.submit(start, owner=asker())

    def _enter_all(self, keys: Sequence[str]) -> list[_Entered[T]]:
        entries: list[_Entered[T]] = []
        try:
            for key in keys:
                entries.append(self._enter(key))  # noqa: PERF401 - kept if a later one fails
        except BaseException as error:
            for entry in entries:
                if entry.new:
                    entry.work.fail(error)
            raise
        return entries

    def _enter(self, key: str) -> _Entered[T]:
        with self._lock:
            work = self._works.get(key)
            job = work.join() if work is not None else None
            if work is not None and job is not None:
                return _Entered(job, work, new=False)
            work = self._works[key] = Work(key, self._leave)
            job = work.begin()
        # Looked up only now: a result is kept before its work leaves, so that none is missed.
        try:
            known = self._recall(key)
        except BaseException as error:
            work.fail(error)
            raise
        if known is not None:
            work.finish(known)
        return _Entered(job, work, new=True)

    def _leave(self, work: Work[T]) -> None:
        with self._lock:
            if self._works.get(work.key) is work:
                del self._works[work.key]
                self._waiting.pop(work.key, None)
