"""What can be asked of a server, by whatever protocol."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeAlias

from ctviz.io.pacs.query import FoundSeries, FoundStudy, PacsQuery
from ctviz.io.pacs.servers import PacsServer

Take: TypeAlias = Callable[[str, bytes], object]
"""Takes an image that has come whole: its SOP Instance UID and its file."""

Check: TypeAlias = Callable[[], object]
"""Called all the time; raises when somebody wants it to end."""

LARGEST_IMAGE = 2**29
"""Bytes of one file: 1000 slices of an enhanced CT have as many."""


class PacsDoor(ABC):
    """The way to one server; used by one thread at a time, and closed afterwards.

    Every method raises `PacsTrouble` when the server does not do what it should, and what ``check``
    raises when somebody wants it to end.

    Parameters
    ----------
    server
        Whose door it is.
    check
        Called all the time.
    via
        From where images are fetched that the server only sends elsewhere.
    """

    def __init__(
        self, server: PacsServer, check: Check = lambda: None, via: "PacsDoor | None" = None
    ) -> None:
        self.server, self.check, self.via = server, check, via

    @abstractmethod
    def echo(self) -> None:
        """Ask the least that can be asked, to learn whether the server answers."""

    @abstractmethod
    def studies(self, query: PacsQuery) -> list[FoundStudy]:
        """Return what matches, at most one more than are listed."""

    @abstractmethod
    def series(self, study: str) -> list[FoundSeries]:
        """Return the series of a study, at most one more than are listed."""

    @abstractmethod
    def images(self, series: FoundSeries) -> list[str]:
        """Return the SOP Instance UIDs of a series in the order of their numbers."""

    @abstractmethod
    def fetch(self, series: FoundSeries, images: Sequence[str], take: Take) -> None:
        """Bring images, in any order, several at a time where that is quicker."""

    @abstractmethod
    def send(self, files: Sequence[bytes], sent: Callable[[], object]) -> None:
        """Send DICOM files one after the other; ``sent`` hears of each that the server has kept."""

    def close(self) -> None:  # noqa: B027 - a door need not hold anything open
        """Let go of the server."""
