"""How long work says how far it is and learns that it should stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from ctviz.core.errors import Cancelled


class Progress:
    """One job's progress, shared by who works and who waits; safe across threads.

    Work calls `advance` between its passes; this is also where a cancelled job ends.

    Parameters
    ----------
    listener
        Called with the share done, 0 to 1, after every step.
    pause
        Lets somebody else work after every step; returns how many seconds that took.
    """

    careful = False
    """Whether files are read one at a time, so that one that ends the process is found."""

    def __init__(
        self,
        listener: Callable[[float], None] | None = None,
        pause: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._listener, self._pause = listener, pause
        self._cancelled = Event()
        self._total, self._done = 1, 0
        self._rested = 0.0

    @property
    def share(self) -> float:
        """The share done, 0 to 1."""
        return min(1.0, self._done / self._total)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled.set()

    def start(self, total: int) -> None:
        """Say how many steps the work has."""
        self._total, self._done = max(1, total), 0
        self.check()

    def advance(self, steps: int = 1) -> None:
        """Say that steps are done; raises `Cancelled` if somebody asked to stop."""
        self._done += steps
        if self._listener is not None:
            self._listener(self.share)
        self.pause()

    def pause(self) -> None:
        """Let somebody else work, where nothing is half done; raises `Cancelled` as `check`."""
        self.check()
        self._rested += self._pause()
        self.check()

    def clock(self) -> float:
        """Return seconds that pass while the work goes on, and not while somebody else's does."""
        return time.perf_counter() - self._rested

    def advance_to(self, share: float) -> None:
        """Say which share is done; raises `Cancelled` if somebody asked to stop."""
        self.advance(max(0, int(share * self._total) - self._done))

    def check(self) -> None:
        """Raise `Cancelled` if somebody asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled

    def turn_to(self, *files: Path) -> None:
        """Say which files the next case is made of; whoever must know it listens."""

    @contextmanager
    def looking_at(self, file: Path) -> Iterator[None]:  # noqa: ARG002 - for those who listen
        """Say while a file is being read; whoever must know what went wrong listens."""
        yield
