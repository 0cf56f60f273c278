"""Processes that compute the slices of a study, one slice at a time each."""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol, Self, TypeAlias

import torch

from ctviz.backend import Backend
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.run.score_unit import Heard, compute_unit, unit_address
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import POLL_SECONDS
from ctviz.core import Cancelled, CtvizError, Progress, Settings

TELL_SECONDS = 0.5
"""How often a process says how far its slice is."""

DIED = (
    "The process that computed this slice ended unexpectedly, perhaps for want of memory; start "
    "the study again, with fewer workers."
)


@dataclass(frozen=True)
class Done:
    """A slice that is over.

    Parameters
    ----------
    place
        Which of the study's slices.
    address
        Where its result is; empty if it failed.
    why
        The reason if it failed.
    known
        Whether it had been computed before.
    """

    place: int
    address: str = ""
    why: str = ""
    known: bool = False


@dataclass(frozen=True)
class Assignment:
    """What is to be computed, and the study's folder that takes the results."""

    study: CohortStudy
    folder: Path

    @classmethod
    def ordered(cls, plan: str, folder: Path) -> Self:
        """Return what another process ordered, with the plan as TOML."""
        return cls(CohortStudy.from_toml(plan), folder)

    def settle(
        self,
        backend: Backend,
        unit: Unit,
        progress: Progress | None = None,
        heard: Heard | None = None,
    ) -> tuple[str, bool]:
        """Compute a slice unless its result is there; return its address and whether it was."""
        address = unit_address(backend, self.study, unit)
        path = StudyFolder(self.folder).unit(address)
        if UnitResult.load(path) is not None:
            return address, True
        compute_unit(backend, self.study, unit, progress, heard).save(path)
        return address, False

    def files(self, address: str) -> tuple[Path, ...]:
        """Return the files that are the result of a slice."""
        return (StudyFolder(self.folder).unit(address),)

    def knows(self, address: str) -> bool:
        """Whether the result of a slice is there and whole."""
        return UnitResult.load(StudyFolder(self.folder).unit(address)) is not None


@dataclass(frozen=True)
class NumberedUnit:
    """A slice, and which of the study's slices it is."""

    place: int
    unit: Unit


@dataclass(frozen=True)
class Share:
    """How far the slices under way are, in slices."""

    under_way: float


@dataclass(frozen=True)
class Announcement:
    """What is going on, where that is not told by slices.

    Parameters
    ----------
    message
        In one sentence.
    dashboard
        Address of a page that shows more of it; empty if there is none.
    """

    message: str
    dashboard: str = ""


News: TypeAlias = Done | Share | Announcement
"""What is heard of slices that are being computed."""


class Crew(Protocol):
    """Who computes the slices of a study."""

    @property
    def facts(self) -> Mapping[str, object]:
        """What is kept of it beside the numbers: how many processes it has, of how many threads."""

    def outcomes(
        self, backend: Backend, assignment: Assignment, units: Sequence[Unit], progress: Progress
    ) -> Iterator[News]:
        """Yield every slice when it is over, in whatever order, and other news between."""


@dataclass(frozen=True)
class ThisMachine:
    """Processes of this machine, or the one that asks.

    Parameters
    ----------
    workers
        How many; 0 is the one that asks.
    """

    workers: int

    @property
    def facts(self) -> Mapping[str, object]:
        """How many processes it has, and of how many threads."""
        threads = 1 if self.workers else torch.get_num_threads()
        return {"processes": self.workers, "threads": threads}

    def outcomes(
        self, backend: Backend, assignment: Assignment, units: Sequence[Unit], progress: Progress
    ) -> Iterator[News]:
        """Yield every slice when it is over."""
        if self.workers:
            return in_processes(backend.settings, assignment, units, progress, self.workers)
        return in_this_process(backend, assignment, units, progress)


def in_this_process(
    backend: Backend, assignment: Assignment, units: Sequence[Unit], progress: Progress
) -> Iterator[Done]:
    """Yield every slice when it is over, computed here one after the other."""
    for place, unit in enumerate(units):
        progress.check()
        yield _attempt(backend, assignment, NumberedUnit(place, unit), progress)


def in_processes(
    settings: Settings,
    assignment: Assignment,
    units: Sequence[Unit],
    progress: Progress,
    workers: int,
) -> Iterator[Done | Share]:
    """Yield every slice when it is over, in the order in which that happens, and shares between.

    A process that dies takes only its slice with it: another one takes its place. When the
    iteration ends early all processes are ended, and whatever they were at is lost.
    """
    group = _ProcessGroup(settings, assignment, [NumberedUnit(*each) for each in enumerate(units)])
    try:
        for _ in range(min(workers, len(units))):
            group.start()
        while group.members:
            yield from group.news()
            progress.check()
    finally:
        group.end()


@dataclass(eq=False)
class _Member:
    process: BaseProcess
    connection: Connection
    place: int = 0
    share: float = 0.0


class _ProcessGroup:
    """The processes with their slices, and the slices that nobody has begun."""

    def __init__(
        self, settings: Settings, assignment: Assignment, waiting: list[NumberedUnit]
    ) -> None:
        self._settings, self._assignment, self._waiting = settings, assignment, waiting
        self.members: list[_Member] = []

    def start(self) -> None:
        """Start a process, if a slice waits, and give it one."""
        if not self._waiting:
            return
        # A fresh interpreter: torch's threads do not survive a fork.
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        assignment = self._assignment
        process = context.Process(
            target=_serve,
            args=(
                theirs,
                self._settings,
                type(assignment),
                assignment.study.to_toml(),
                assignment.folder,
            ),
            name="ctviz-study",
            daemon=True,
        )
        process.start()
        theirs.close()
        member = _Member(process, ours)
        self.members.append(member)
        self._assign(member)

    def news(self) -> list[Done | Share]:
        """Return what happened within a moment."""
        ready = wait([member.connection for member in self.members], POLL_SECONDS)
        heard = [
            news
            for member in list(self.members)
            if member.connection in ready
            for news in self._hear(member)
        ]
        # First, so that a slice that is done is not counted as under way too.
        return [Share(sum(member.share for member in self.members)), *heard]

    def end(self) -> None:
        """End all processes at once; results appear whole or not at all."""
        for member in self.members:
            member.process.kill()
            member.process.join()
            member.connection.close()

    def _hear(self, member: _Member) -> list[Done | Share]:
        try:
            message = member.connection.recv()
        except (EOFError, ConnectionResetError):
            return [self._replace(member)]
        if isinstance(message, float):
            member.share = message
            return []
        self._assign(member)
        return [message]

    def _assign(self, member: _Member) -> None:
        member.share = 0.0
        if not self._waiting:
            member.connection.close()
            member.process.join()
            self.members.remove(member)
            return
        numbered = self._waiting.pop(0)
        member.place = numbered.place
        # A process that died before it heard of its slice is noticed when it is listened to.
        with suppress(BrokenPipeError):
            member.connection.send(numbered)

    def _replace(self, member: _Member) -> Done:
        member.process.join()
        member.connection.close()
        self.members.remove(member)
        self.start()
        return Done(member.place, why=DIED)


def _serve(
    connection: Connection, settings: Settings, kind: type[Assignment], plan: str, folder: Path
) -> None:
    """Compute slice after slice in a process of its own, on one core."""
    # Ctrl-C reaches the whole group; who started this process decides when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assignment = kind.ordered(plan, folder)
    backend = Backend(settings, steady=True)
    try:
        while True:
            numbered = connection.recv()
            heard = _ShareTeller(connection)
            connection.send(_attempt(backend, assignment, numbered, Progress(), heard))
    except (EOFError, ConnectionResetError, BrokenPipeError):
        # Whoever wanted the slices is gone.
        pass
    finally:
        backend.close()


class _ShareTeller:
    """Says how far a slice is, but not too often."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._told = connection, time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._told > TELL_SECONDS:
            self._told = time.monotonic()
            self._connection.send(share)


def _attempt(
    backend: Backend,
    assignment: Assignment,
    numbered: NumberedUnit,
    progress: Progress,
    heard: Heard | None = None,
) -> Done:
    place = numbered.place
    try:
        address, known = assignment.settle(backend, numbered.unit, progress, heard)
    except Cancelled:
        raise
    except CtvizError as error:
        return Done(place, why=str(error))
    return Done(place, address, known=known)
