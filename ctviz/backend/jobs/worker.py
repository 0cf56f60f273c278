"""Threads that do what waits in a queue: the most urgent first, and every owner in their turn."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Condition, Thread, get_ident
from typing import Literal, TypeAlias

from ctviz.backend.jobs.turns import Turns

Urgency: TypeAlias = Literal["interactive", "background"]

_ORDER: tuple[Urgency, ...] = ("interactive", "background")

SHORT_SECONDS = 1.0
"""A task that has taken less so far goes before its owner's longer ones."""


@dataclass(eq=False)
class _Task:
    """What is to be done, how urgently, for whom, and how long it has been done so far."""

    do: Callable[[], object]
    urgency: Urgency
    owner: str
    number: int
    seconds: float = 0.0
    since: float = 0.0


class Worker:
    """A queue and the threads that empty it.

    What is urgent goes first. Equally urgent owners take turns: first goes who has had the least of
    the worker's time lately, among the tasks of one owner those that are short so far, and then who
    came first. Tasks without an owner share a turn.

    A long task may stand aside between its steps (`step`) for whoever goes before it: another
    thread does that one meanwhile, so that never more tasks than ``threads`` are at work. No task
    of such a worker may wait for another one.

    The threads end with the process, or when the worker is closed. A task that raises is a bug:
    it is reported as any uncaught error of a thread, and a fresh thread takes over.

    Parameters
    ----------
    name
        What the threads are called.
    threads
        How many tasks are done at a time.
    share
        How many of one owner are done at a time, by default all.
    aside
        How many may stand aside at a time, half done: each keeps its memory and a thread.
    prepare
        What each thread does before its first task.
    clock
        Returns seconds.
    """

    def __init__(  # noqa: PLR0913 - each kind of work has limits of its own
        self,
        name: str,
        threads: int = 1,
        *,
        share: int | None = None,
        aside: int = 0,
        prepare: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._prepare, self._clock = name, prepare, clock
        self._seats, self._share = threads, threads if share is None else share
        self._most_aside = aside
        self._queue: list[_Task] = []
        self._aside: list[_Task] = []
        self._at_work: dict[int, _Task] = {}
        self._turns = Turns()
        self._count = 0
        self._changed = Condition()
        self._closed = False
        self._threads: set[Thread] = set()
        self._serving = 0
        for _ in range(threads):
            self._start_thread()

    def submit(
        self, task: Callable[[], object], urgency: Urgency = "interactive", owner: str = ""
    ) -> None:
        """Queue a task, for somebody if one is to share with others."""
        with self._changed:
            self._count += 1
            self._turns.enter(owner)
            self._queue.append(_Task(task, urgency, owner, self._count))
            self._changed.notify_all()

    def step(self) -> float:
        """Let go first whose turn it is: for a long task, where nothing is half done.

        Returns for how many seconds the task stood aside; 0 outside of the worker's own tasks.
        """
        with self._changed:
            task = self._at_work.get(get_ident())
            if task is None or self._closed or len(self._aside) >= self._most_aside:
                return 0.0
            rival = self._first()
            if rival is None or not self._gives_way(task, rival):
                return 0.0
            begun = self._clock()
            del self._at_work[get_ident()]
            self._aside.append(task)
            if rival in self._queue and self._serving - len(self._aside) < self._seats:
                self._start_thread()
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or self._first() is task)
            self._aside.remove(task)
            self._begin(task)
            return task.since - begun

    def close(self, timeout: float = 10.0) -> None:
        """Forget what is queued and wait for what runs."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(timeout)

    def _start_thread(self) -> None:
        thread = Thread(target=self._work, name=f"ctviz-{self._name}", daemon=True)
        self._threads.add(thread)
        self._serving += 1
        thread.start()

    def _work(self) -> None:
        crashed = True
        try:
            self._prepare()
            while self._do_next():
                pass
            crashed = False
        finally:
            if crashed:
                with self._changed:
                    self._serving -= 1
                    self._start_thread()

    def _do_next(self) -> bool:
        """Do the next task, of which nothing is kept afterwards; return whether there was one."""
        task = self._next()
        if task is None:
            return False
        try:
            task.do()
        finally:
            with self._changed:
                self._charge(task)
                del self._at_work[get_ident()]
                self._turns.leave(task.owner)
                self._changed.notify_all()
        return True

    def _next(self) -> _Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._first() in self._queue)
            task = None if self._closed else self._first()
            if task is not None:
                self._queue.remove(task)
                self._begin(task)
            return task

    def _begin(self, task: _Task) -> None:
        task.since = self._clock()
        self._at_work[get_ident()] = task

    def _charge(self, task: _Task) -> None:
        """Note how long a task has been at work since it was charged last."""
        now = self._clock()
        self._turns.charge(task.owner, now - task.since)
        task.seconds += now - task.since
        task.since = now

    def _first(self) -> _Task | None:
        """Return whose turn it is, of all who are not at work; None if there is no seat."""
        for task in self._at_work.values():
            self._charge(task)
        return min(self._candidates(), key=self._rank, default=None)

    def _candidates(self) -> Iterator[_Task]:
        """Yield what may begin, or go on, if the task of the asking thread stands aside."""
        others = [task for thread, task in self._at_work.items() if thread != get_ident()]
        if len(others) < self._seats:
            for task in (*self._queue, *self._aside):
                own = sum(other.owner == task.owner for other in others)
                # What has no owner waits for none.
                if not task.owner or own < self._share:
                    yield task

    def _rank(self, task: _Task) -> tuple[int, float, bool, int]:
        had = self._turns.had(task.owner)
        return _ORDER.index(task.urgency), had, task.seconds >= SHORT_SECONDS, task.number

    def _gives_way(self, task: _Task, rival: _Task) -> bool:
        """Whether a task stands aside for another one; for none in the background."""
        if rival.urgency == "background":
            return False
        if task.urgency == rival.urgency and task.owner != rival.owner:
            return self._turns.is_due(rival.owner, before=task.owner)
        # What belongs to nobody in particular, such as a study, is done in its order.
        alike = task.urgency == rival.urgency and not task.owner
        return not alike and self._rank(rival) < self._rank(task)
