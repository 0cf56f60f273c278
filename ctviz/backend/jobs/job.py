"""A Job: work that several may ask for, that is done once, and that can be given up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Condition
from typing import Generic, Literal, TypeAlias, TypeVar

from ctviz.core import Cancelled, CtvizError

T = TypeVar("T")

State: TypeAlias = Literal["queued", "running", "ready", "failed", "cancelled"]


class Job(Generic[T]):
    """One asker's hold on a result that is there, being made, or waiting for its turn.

    Askers of equal things share the work but each has a Job of its own: cancelling one leaves the
    others alone, and the work stops when the last one has cancelled.
    """

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._left = False

    @property
    def key(self) -> str:
        """Content address of the result: equal inputs and settings have equal keys."""
        return self._work.key

    @property
    def state(self) -> State:
        """``queued``, ``running``, ``ready``, ``failed`` or ``cancelled``."""
        return "cancelled" if self._left else self._work.state

    @property
    def done(self) -> bool:
        """Whether `result` answers without waiting."""
        return self.state not in {"queued", "running"}

    @property
    def progress(self) -> float:
        """The share done, 0 to 1."""
        return self._work.share

    @property
    def message(self) -> str:
        """What is going on, or what went wrong, in one sentence; may be empty."""
        return str(Cancelled()) if self._left else self._work.message

    def result(self, timeout: float | None = None) -> T:
        """Wait for the result, at most ``timeout`` seconds.

        Raises
        ------
        TimeoutError
            If it is not there in time; the work goes on.
        CtvizError
            If the work failed for a reason that the user can cure, or was cancelled.
        """
        return self._work.wait(self, timeout)

    def cancel(self) -> None:
        """Stop waiting; the work itself stops at its next step if nobody else waits for it."""
        self._work.leave(self)

    def add_done_callback(self, callback: Callable[[Job[T]], object]) -> None:
        """Call back once when the job is done, at once if it is; from any thread.

        The callback must be quick and must not raise.
        """
        self._work.call_when_done(self, callback)

    def __repr__(self) -> str:
        return f"<Job {self.key[:8]} {self.state} {self.progress:.0%}>"


class Work(Generic[T]):
    """One computation, seen from the side that does it.

    Parameters
    ----------
    key
        Content address of what is computed.
    ended
        Called once when the work is finished, failed or given up by everybody.
    """

    def __init__(self, key: str, ended: Callable[[Work[T]], object] | None = None) -> None:
        self.key = key
        self.state: State = "queued"
        self.share = 0.0
        self.message = ""
        self._changed = Condition()
        self._askers: set[Job[T]] = set()
        self._callbacks: dict[Job[T], list[Callable[[Job[T]], object]]] = {}
        self._on_end: list[Callable[[Work[T]], object]] = [] if ended is None else [ended]
        self._value: tuple[T, ...] = ()
        self._error: BaseException | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is left to do: it has ended or nobody waits for it any more."""
        return self.state in {"ready", "failed", "cancelled"}

    def join(self) -> Job[T] | None:
        """Return another asker's Job, or None if the work came to nothing."""
        with self._changed:
            if self.state in {"cancelled", "failed"}:
                return None
            job = Job(self)
            self._askers.add(job)
            return job

    def begin(self) -> Job[T]:
        """Return the first asker's Job."""
        job = Job(self)
        self._askers.add(job)
        return job

    def start(self) -> bool:
        """Begin, unless somebody has begun already or nobody waits for it any more."""
        with self._changed:
            if self.state != "queued":
                return False
            self.state = "running"
            return True

    def report(self, share: float, message: str = "") -> None:
        """Say how far the work is."""
        with self._changed:
            if not self.over:
                self.share, self.message = share, message

    def finish(self, value: T) -> None:
        """Hand over the result."""
        self.share = 1.0
        self._end("ready", None, value)

    def fail(self, error: BaseException) -> None:
        """Say why there is no result."""
        if isinstance(error, CtvizError):
            # Whoever keeps the job would keep all that was in memory where it was raised.
            error.__traceback__ = error.__context__ = None
        self._end("cancelled" if isinstance(error, Cancelled) else "failed", error)

    def run(self, compute: Callable[[], T]) -> None:
        """Do the work here and now, and hand over whatever comes out.

        What the user can cure fails the job; anything else is a bug, which fails the job as well
        and is raised here too.
        """
        if not self.start():
            return
        try:
            value = compute()
        except CtvizError as error:
            self.fail(error)
        except BaseException as error:
            self.fail(error)
            raise
        else:
            self.finish(value)

    def on_end(self, callback: Callable[[Work[T]], object]) -> None:
        """Call back once when the work is finished, failed or given up by everybody."""
        with self._changed:
            if not self.over:
                self._on_end.append(callback)
                return
        callback(self)

    def wait(self, job: Job[T], timeout: float | None) -> T:
        """Return the value to one asker, waiting for it."""
        with self._changed:
            if not self._changed.wait_for(lambda: job.done, timeout):
                raise TimeoutError(f"The result is not ready after {timeout} seconds.")
            if job.state == "cancelled":
                raise Cancelled
            if self._error is not None:
                raise self._error
            return self._value[0]

    def leave(self, job: Job[T]) -> None:
        """Let one asker go; the last one to go ends the work."""
        with self._changed:
            if job.done:
                return
            job._left = True  # noqa: SLF001 - the two classes are one thing seen from two sides
            self._askers.discard(job)
            calls = self._calls_for(job)
            if not self._askers:
                calls += self._settle("cancelled", Cancelled())
            self._changed.notify_all()
        for call in calls:
            call()

    def abandon(self) -> None:
        """End the work as if everybody had given it up."""
        self.fail(Cancelled())

    def call_when_done(self, job: Job[T], callback: Callable[[Job[T]], object]) -> None:
        """Call a function when the job is done."""
        with self._changed:
            if not job.done:
                self._callbacks.setdefault(job, []).append(callback)
                return
        callback(job)

    def _end(self, state: State, error: BaseException | None, *value: T) -> None:
        with self._changed:
            if self.over:
                return
            self._value = value
            calls = self._settle(state, error)
            self._changed.notify_all()
        for call in calls:
            call()

    def _settle(self, state: State, error: BaseException | None) -> list[Callable[[], object]]:
        """Take the final state, under the lock; return whom to call once the lock is released."""
        self.state, self._error = state, error
        self.message = "" if error is None else str(error)
        calls: list[Callable[[], object]] = [partial(end, self) for end in self._on_end]
        for job in tuple(self._callbacks):
            calls += self._calls_for(job)
        self._on_end.clear()
        return calls

    def _calls_for(self, job: Job[T]) -> list[Callable[[], object]]:
        return [partial(callback, job) for callback in self._callbacks.pop(job, [])]


def ready(key: str, value: T) -> Job[T]:
    """Return the Job of a result that is there already."""
    work: Work[T] = Work(key)
    job = work.begin()
    work.finish(value)
    return job
