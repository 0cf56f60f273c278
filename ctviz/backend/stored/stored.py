"""One kind of result: recalled from disk, shared while under way, or computed and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from ctviz.backend.jobs.job import Job, Work
from ctviz.backend.jobs.single_flight import SingleFlight, Wanted
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import address
from ctviz.core import CtvizError, Progress
from ctviz.core.files import Arrays

T = TypeVar("T")


@dataclass(frozen=True)
class Codec(Generic[T]):
    """How one kind of result is written on disk.

    Parameters
    ----------
    kind
        Its name in addresses: it never changes, or all that was kept is forgotten.
    pack
        Returns a result as named arrays.
    unpack
        Returns the result of such arrays; it bears what older versions wrote.
    """

    kind: str
    pack: Callable[[T], Arrays]
    unpack: Callable[[Arrays], T]


@dataclass(frozen=True, eq=False)
class Missing(Generic[T]):
    """A result that a computation of several must still bring.

    Parameters
    ----------
    place
        Of its key among those that were asked for together.
    """

    place: int
    _work: Work[T]
    _keep: Callable[[str, T], T]

    def finish(self, result: T) -> None:
        """Keep the result and hand it to all who wait."""
        self._work.finish(self._keep(self._work.key, result))

    def fail(self, error: CtvizError) -> None:
        """Say why there is no result."""
        self._work.fail(error)


class Stored(Generic[T]):
    """Results of one kind, each computed once for all threads and all processes of a cache.

    Parameters
    ----------
    codec
        How a result is written.
    cache
        Where it is kept.
    worker
        Who computes.
    message
        What is going on meanwhile, for those who wait.
    """

    def __init__(self, codec: Codec[T], cache: Cache, worker: Worker, message: str) -> None:
        self._codec, self._cache = codec, cache
        self._flights = SingleFlight(worker, message, self.recall)

    def key(self, *parts: object) -> str:
        """Return the address of the result that is computed from these plain parts."""
        return address(self._codec.kind, *parts)

    def ask(
        self, key: str, compute: Callable[[Progress], T], urgency: Urgency = "interactive"
    ) -> Job[T]:
        """Return the Job of one result."""
        return self._flights.ask(key, lambda p: self._keep(key, compute(p)), urgency)

    def ask_together(
        self,
        keys: Sequence[str],
        compute: Callable[[Sequence[Missing[T]], Progress], object],
        urgency: Urgency = "interactive",
    ) -> list[Job[T]]:
        """Return a Job for each key; what is neither known nor under way is computed in one go.

        ``compute`` finishes or fails each missing result as soon as it can.
        """

        def bring(wanted: Sequence[Wanted[T]], progress: Progress) -> None:
            compute([Missing(each.place, each.work, self._keep) for each in wanted], progress)

        return self._flights.ask_together(keys, bring, urgency)

    def here(self, key: str, compute: Callable[[], T]) -> T:
        """Return a result, computed in this thread unless it is known or being computed."""
        return self._flights.here(key, lambda: self._keep(key, compute()))

    def recall(self, key: str) -> T | None:
        """Return what was computed before, or None; computes nothing.

        All who ask get the same result as long as its arrays are at hand, with all that it has
        found out about itself.
        """
        arrays = self._cache.get(key)
        if arrays is None:
            return None
        if arrays.made is None:
            arrays.made = self._codec.unpack(arrays)
        return cast("T", arrays.made)

    def knows(self, key: str) -> bool:
        """Whether the result was computed before, so that asking for it costs no time."""
        return self._cache.get(key) is not None

    def close(self) -> None:
        """Give up everything under way."""
        self._flights.close()

    def _keep(self, key: str, result: T) -> T:
        # Before anybody is told, so that whoever asks next finds it.
        self._cache.put(key, self._codec.pack(result))
        return result
