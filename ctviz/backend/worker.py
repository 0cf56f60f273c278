"""Threads that do what waits in a queue, the most urgent first."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from typing import Literal, TypeAlias

Urgency: TypeAlias = Literal["interactive", "background"]

_ORDER: tuple[Urgency, ...] = ("interactive", "background")


class Worker:
    """A queue and the threads that empty it; equally urgent tasks are done in their order.

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
        self._queue: list[tuple[int, int, Callable[[], object]]] = []
        self._arrivals = count()
        self._changed = Condition()
        self._closed = False
        self._threads: set[Thread] = set()
        for _ in range(threads):
            self._start_thread()

    def submit(self, task: Callable[[], object], urgency: Urgency = "interactive") -> None:
        """Queue a task."""
        with self._changed:
            heappush(self._queue, (_ORDER.index(urgency), next(self._arrivals), task))
            self._changed.notify()

    def give_way(self) -> None:
        """Do at once what is urgent: for a long task in the background, between its steps.

        Called in the worker's own thread, where nothing is half done.
        """
        while (task := self._next_urgent()) is not None:
            task()

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
            while (task := self._next()) is not None:
                task()
            crashed = False
        finally:
            if crashed:
                with self._changed:
                    self._start_thread()

    def _next(self) -> Callable[[], object] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            return None if self._closed else heappop(self._queue)[2]

    def _next_urgent(self) -> Callable[[], object] | None:
        with self._changed:
            urgent = bool(self._queue) and _ORDER[self._queue[0][0]] == "interactive"
            return heappop(self._queue)[2] if urgent and not self._closed else None
