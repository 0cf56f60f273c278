"""The workers of a cluster as the crew of a study."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ctviz.backend import Backend
from ctviz.cohort.cluster.dask_engine import checked_address, connected
from ctviz.cohort.cluster.dispatch import Dispatch
from ctviz.cohort.cluster.engine import SchedulerLost
from ctviz.cohort.cluster.packing import Packer
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import POLL_SECONDS
from ctviz.cohort.run.worker_processes import Announcement, Assignment, News
from ctviz.core import InvalidInput, Progress

AWAY = "The cluster's scheduler is gone; waiting for it to come back."
PATIENCE_SECONDS = 120.0
"""How long a study waits for a scheduler that was there before it gives up."""


@dataclass(eq=False)
class ClusterCrew:
    """The workers of a Dask cluster that somebody started; they may come and go.

    Parameters
    ----------
    address
        Of its scheduler.
    patience
        How many seconds a scheduler may be away that was there before.
    """

    address: str
    patience: float = PATIENCE_SECONDS
    _most: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        checked_address(self.address)

    @property
    def facts(self) -> Mapping[str, object]:
        """How many workers computed at a time, at most, and on how many threads each."""
        return {"processes": self._most, "threads": 1, "cluster": True}

    def outcomes(
        self, backend: Backend, assignment: Assignment, units: Sequence[Unit], progress: Progress
    ) -> Iterator[News]:
        """Yield every slice when it is over, in the order in which that happens.

        Raises
        ------
        InvalidInput
            If nobody answers for the cluster, at first or for longer than one is patient.
        """
        packer = Packer(backend, assignment)
        dispatch = Dispatch(packer, units, progress)
        met, lost = False, 0.0
        try:
            yield from dispatch.known()
            while not dispatch.finished:
                try:
                    with connected(self.address) as engine:
                        met, lost = True, 0.0
                        yield from dispatch.serve(engine)
                except SchedulerLost:
                    lost = lost or time.monotonic()
                    self._give_up(time.monotonic() - lost, met=met)
                    yield Announcement(AWAY)
                    _pause(progress)
        finally:
            self._most = dispatch.most
            packer.close()

    def _give_up(self, seconds: float, *, met: bool) -> None:
        """End the study, if the scheduler was never there or has been away for too long."""
        if not met and self.address.startswith("tls:"):
            raise InvalidInput(
                f"No Dask scheduler answers at {self.address}, or it and this machine do not "
                "accept each other's certificates; see docs/cluster.md."
            ) from None
        if not met:
            raise InvalidInput(
                f"No Dask scheduler answers at {self.address}; start one with `dask scheduler`, or "
                "leave the cluster out to compute on this machine."
            ) from None
        if seconds > self.patience:
            raise InvalidInput(
                f"The scheduler at {self.address} has been away for {seconds:.0f} s; start it "
                "again and then the study, which goes on where it was."
            ) from None


def _pause(progress: Progress) -> None:
    """Wait a little before the next try, unless somebody asks to stop."""
    for _ in range(5):
        progress.check()
        time.sleep(POLL_SECONDS)
