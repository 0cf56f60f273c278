"""Several works that one computation finishes, one after the other."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ctviz.backend.jobs.job import Work
from ctviz.core import CtvizError, Progress

T = TypeVar("T")


class Batch(Generic[T]):
    """Works that share one computation and its progress; it stops when nobody waits for any.

    Works that somebody else has begun or that nobody waits for any more are left out.

    Parameters
    ----------
    works
        What is to be finished.
    message
        What is going on, for those who wait.
    pause
        Lets others go first between steps; returns how many seconds that took.
    """

    def __init__(
        self,
        works: Sequence[Work[T]],
        message: str = "",
        pause: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._works = [work for work in works if work.start()]
        self._message = message
        self._progress = Progress(self._report, pause)

    def run(self, compute: Callable[[Sequence[Work[T]], Progress], object]) -> None:
        """Compute, if anything is wanted; ``compute`` finishes the works itself.

        What ends the computation before its time fails the works that are left.
        """
        if not self._works:
            return
        for work in self._works:
            work.on_end(self._stop_if_all_left)
        self._report(0.0)
        try:
            compute(self._works, self._progress)
        except CtvizError as error:
            self._fail(error)
        except BaseException as error:
            self._fail(error)
            raise

    def _fail(self, error: BaseException) -> None:
        for work in self._works:
            work.fail(error)

    def _report(self, share: float) -> None:
        for work in self._works:
            work.report(share, self._message)

    def _stop_if_all_left(self, _: Work[T]) -> None:
        if all(work.over for work in self._works) and any(
            work.state == "cancelled" for work in self._works
        ):
            self._progress.cancel()
