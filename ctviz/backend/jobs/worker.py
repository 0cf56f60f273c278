"""Threads that do what waits in a queue, the most urgent first."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Literal, TypeAlias

Urgency: TypeAlias = Literal["interactive", "background"]

_ORDER: tuple[Urgency, ...] = ("interactive", "background")


@dataclass(frozen=True, eq=False)
class _Task:
    """What is to be done, how urgently, and for whom."""

    do: Callable[[], object]
    urgency: Urgency
    owner: str


class Worker:
    """A queue and the threads that empty it; equally urgent tasks are done in their order.

    Where tasks have owners, those go first who have the least under way, and one thread is always
    left for somebody else.

    The threads end with the process, or when the worker is closed. A task that raises is a bug:
    it is reported as any uncaught error of a thread, and a fresh thread takes over.

    Parameters
    ----------
    name
        What the threads are called.
    threads
        How many tasks are done at a time.
    prepare
        What each thread does before its first task.
    """

    def __init__(
        self, name: str, threads: int = 1, *, prepare: Callable[[], object] = lambda: None
    ) -> None:
        self._name, self._prepare = name, prepare
        self._queue: list[_Task] = []
        self._under_way: Counter[str] = Counter()
        self._share = max(1, threads - 1)
        self._changed = Condition()
        self._closed = False
        self._threads: set[Thread] = set()
        for _ in range(threads):
            self._start_thread()

    def submit(
        self, task: Callable[[], object], urgency: Urgency = "interactive", owner: str = ""
    ) -> None:
        """Queue a task, for somebody if one is to share with others."""
        with self._changed:
            self._queue.append(_Task(task, urgency, owner))
            self._changed.notify()

    def give_way(self) -> None:
        """Do at once what is urgent: for a long task in the background, between its steps.

        Called in the worker's own thread, where nothing is half done.
        """
        while (task := self._next_urgent()) is not None:
            task.do()

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
                self._under_way[task.owner] -= 1
                self._changed.notify_all()
        return True

    def _next(self) -> _Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._first() is not None)
            task = None if self._closed else self._first()
            if task is not None:
                self._queue.remove(task)
                self._under_way[task.owner] += 1
            return task

    def _first(self) -> _Task | None:
        """Return whose turn it is; of equals, who came first."""
        return min(
            (task for task in self._queue if self._may_begin(task)),
            key=lambda task: (_ORDER.index(task.urgency), self._busy(task)),
            default=None,
        )

    def _may_begin(self, task: _Task) -> bool:
        return self._busy(task) < self._share

    def _busy(self, task: _Task) -> int:
        """Return how many tasks of the same owner are being done; what has none waits for none."""
        return self._under_way[task.owner] if task.owner else 0

    def _next_urgent(self) -> _Task | None:
        with self._changed:
            urgent = (task for task in self._queue if task.urgency == "interactive")
            task = None if self._closed else next(urgent, None)
            if task is not None:
                self._queue.remove(task)
            return task
