"""What a study needs of a cluster, and no more: who is there, asking one of them, and hearing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from ctviz.core import CtvizError


class Request(Enum):
    """What a worker can be asked for."""

    GREET = "greet"
    TAKE_IN = "take in"
    SETTLE = "settle"


@dataclass(frozen=True)
class Answered:
    """An answer.

    Parameters
    ----------
    ticket
        What `Engine.ask` returned.
    content
        The answer; None if there is none, and then ``fault`` says why.
    """

    ticket: int
    content: object = None
    fault: str = ""


@dataclass(frozen=True)
class Told:
    """How far a worker is with what it was asked for, 0 to 1."""

    ticket: int
    share: float


Heard: TypeAlias = Answered | Told


class SchedulerLost(CtvizError):
    """Nobody answers for the cluster any more."""


class Engine(Protocol):
    """A cluster that can be asked; each question goes to one worker, and never to another."""

    @property
    def dashboard(self) -> str:
        """Address of the cluster's own page; empty if it has none."""

    def workers(self) -> Mapping[str, str]:
        """Return the address of each worker by its name, which no other process ever has.

        Raises
        ------
        SchedulerLost
            If nobody answers.
        """

    def ask(self, worker: str, task: Request, *what: str | int | bytes) -> int:
        """Ask a worker and return a ticket; the answer is heard later."""

    def call_off(self, ticket: int) -> None:
        """Say that nobody waits for an answer any more."""

    def hear(self, seconds: float) -> Sequence[Heard]:
        """Return what happened within a moment."""
