"""Servers of a hospital: asked, fetched from and sent to, each as a Job."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ctviz.backend.cases.catalogue import Cases
from ctviz.backend.cases.intake import Imported
from ctviz.backend.cases.spool import Spool
from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Worker
from ctviz.backend.stored.keys import address
from ctviz.core import Cancelled, CtvizError, InvalidInput, Progress, Settings, Slice, UnknownName
from ctviz.io import DrawnOn
from ctviz.io.pacs import (
    FoundSeries,
    FoundStudy,
    PacsDoor,
    PacsQuery,
    PacsServer,
    PartShelf,
    SeriesParts,
    fetch,
    fetch_one,
    is_uid,
    open_door,
    read_servers,
)

T = TypeVar("T")

MEGABYTE = 10**6
USUAL_FILE = "pacs.toml"
THREADS = 3
FROM_HERE = "from the PACS"
SCANS, MOST_NAMED = "CT", 4
"""In which modality, and in how many studies, the scan of outlines is looked for."""

FETCHING = 0.8
"""The share of the time that a series takes to come; the rest goes into reading it."""

NO_SERVERS = (
    "No PACS is configured; name its file of servers in CTVIZ_PACS (docs/pacs.md has an example)."
)


@dataclass(frozen=True)
class FetchedOutlines:
    """Outlines that came from a server; nothing of them is kept yet.

    Parameters
    ----------
    folder
        Where their files are, to be removed by whoever decides on them.
    server
        From where they came.
    case_id
        The case of the images that they were drawn on; empty if there is none.
    near
        Without it, the cases of the same patient and frame of reference, in which they may lie.
    scans
        Where to fetch that scan: the series of the server that may be it, the largest first.
    named
        Whether the outlines name these series themselves.
    """

    folder: Path
    server: PacsServer
    case_id: str = ""
    near: tuple[str, ...] = ()
    scans: tuple[FoundSeries, ...] = ()
    named: bool = False

    @property
    def missing(self) -> str:
        """The sentence on a scan that is not among the cases."""
        here = "The scan that these outlines were drawn on is not among the cases"
        if not self.scans:
            return f"{here}, and '{self.server.called}' does not have it; add it first."
        if self.named:
            return f"{here}; '{self.server.called}' has it."
        return f"{here}, and they do not say which series it is; it may be one of their study."


class Pacs:
    """What can be done with the servers that whoever runs ctviz has named.

    Nothing that a server says of a patient is kept here: it is the result of a Job, which belongs
    to whoever asked.

    Parameters
    ----------
    settings
        Where the file of servers is, and how much one reader may bring.
    cases
        Where series go.
    spool
        Where outlines wait until somebody decides on them.
    """

    def __init__(self, settings: Settings, cases: Cases, spool: Spool) -> None:
        self._settings, self._cases, self._spool = settings, cases, spool
        self._parts = PartShelf(settings.data / "fetched")
        self._closing = False
        self._worker = Worker("pacs", THREADS)
        self._asked: SingleFlight[object] = SingleFlight(self._worker)
        self._fetches: SingleFlight[Imported] = SingleFlight(self._worker, FROM_HERE)
        self._outlines: SingleFlight[FetchedOutlines] = SingleFlight(self._worker, FROM_HERE)

    def servers(self) -> dict[str, PacsServer]:
        """Return the servers by name, none if there is no file of servers."""
        path = self._settings.pacs or self._settings.data / USUAL_FILE
        if self._settings.pacs is None and not path.exists():
            return {}
        return read_servers(path)

    def server(self, name: str) -> PacsServer:
        """Return a server by its name."""
        servers = self.servers()
        if not servers:
            raise InvalidInput(NO_SERVERS)
        if name not in servers:
            raise UnknownName("server", name, servers)
        return servers[name]

    def receiver(self, name: str) -> PacsServer:
        """Return a server that takes results."""
        server = self.server(name)
        if not server.results:
            raise InvalidInput(
                f"'{name}' takes no results; add \"results\" to its 'use' in the file of servers, "
                "or choose another one."
            )
        return server

    def echo(self, server: str) -> Job[None]:
        """Ask whether a server answers."""
        return self._ask(server, lambda door, _: door.echo())

    def studies(self, server: str, query: PacsQuery, owner: str = "") -> Job[list[FoundStudy]]:
        """Look for studies."""
        return self._ask(server, lambda door, _: door.studies(query), owner)

    def series(self, server: str, study: str, owner: str = "") -> Job[list[FoundSeries]]:
        """Look into a study."""
        return self._ask(server, lambda door, _: door.series(study), owner)

    def preview(self, server: str, series: FoundSeries, owner: str = "") -> Job[Slice]:
        """Return the slice in the middle of a series, of which nothing is kept."""

        def look(door: PacsDoor, progress: Progress) -> Slice:
            return self._cases.glance(fetch_one(door, series), progress)

        return self._ask(server, look, owner)

    def fetch(
        self, server: str, series: FoundSeries, owner: str = "", *, may_go_back: bool = False
    ) -> Job[Imported]:
        """Bring a series into the list of cases, as if it had been uploaded.

        One that breaks off goes on from there when it is asked for again. What was given up leaves
        nothing behind.
        """
        from_where = self.server(server)

        def compute(progress: Progress) -> Imported:
            with self._whole(from_where, series, progress) as parts:
                rest = _part_of(progress, FETCHING, 1.0)
                return self._cases.bring(parts.folder, rest, may_go_back=may_go_back)

        key = address("fetch", server, series.study, series.uid, str(may_go_back))
        return self._fetches.ask(key, compute, owner=owner)

    def fetch_outlines(
        self, server: str, series: FoundSeries, owner: str = ""
    ) -> Job[FetchedOutlines]:
        """Bring a series of outlines, to be read like files that were dropped, and find their scan.

        One that breaks off goes on from there when it is asked for again.
        """
        from_where = self.server(server)

        def compute(progress: Progress) -> FetchedOutlines:
            with self._whole(from_where, series, progress) as parts:
                drawn_on = self._cases.drawn_on(parts.files, progress)
                case_id, near = self._cases.scans_of(drawn_on, progress)
                scans: tuple[FoundSeries, ...] = ()
                if not case_id:
                    with self._door(from_where, progress) as door:
                        scans = _scans(door, series, drawn_on)
                folder = self._spool.hold(parts.files)
                named = bool(drawn_on.series)
                return FetchedOutlines(folder, from_where, case_id, near, scans, named=named)

        # Whoever decides on files removes them, so that nobody shares them.
        return self._outlines.ask(address("outlines", secrets.token_hex()), compute, owner=owner)

    @contextmanager
    def _whole(
        self, server: PacsServer, series: FoundSeries, progress: Progress
    ) -> Iterator[SeriesParts]:
        """Lend all files of a series, which go afterwards; if it breaks off they stay."""
        with self._parts.room(server, series) as parts:
            try:
                with self._door(server, progress) as door:
                    most = self._settings.upload_mb * MEGABYTE
                    fetch(door, series, parts, most, _part_of(progress, 0.0, FETCHING))
                yield parts
            except Cancelled:
                # Who gives up wants nothing left behind; a server that ends is started again.
                if not self._closing:
                    parts.drop()
                raise
            parts.drop()

    def send(self, server: str, gather: Callable[[], Sequence[bytes]], owner: str = "") -> Job[int]:
        """Send DICOM files to a server; the result says how many it has kept, which is all.

        Parameters
        ----------
        gather
            Returns the files, which may take its time.
        """
        self.receiver(server)

        def deliver(door: PacsDoor, progress: Progress) -> int:
            files = gather()
            progress.start(len(files))
            kept = 0

            def sent() -> None:
                nonlocal kept
                kept += 1
                progress.advance()

            try:
                door.send(files, sent)
            except CtvizError as error:
                if kept and not isinstance(error, Cancelled):
                    raise type(error)(
                        f"{error} {kept} of {len(files)} objects were kept; sending again does no "
                        "harm."
                    ) from None
                raise
            return kept

        return self._ask(server, deliver, owner)

    def close(self) -> None:
        """Stop what is under way; what has come of a series stays for the next time."""
        self._closing = True
        self._asked.close()
        self._fetches.close()
        self._outlines.close()
        self._worker.close()

    def _door(self, server: PacsServer, progress: Progress) -> AbstractContextManager[PacsDoor]:
        return open_door(server, progress.check, self.servers())

    def _ask(self, server: str, do: Callable[[PacsDoor, Progress], T], owner: str = "") -> Job[T]:
        """Return a Job of one's own: two who ask the same need not know of each other."""
        whom = self.server(server)

        def compute(progress: Progress) -> T:
            with self._door(whom, progress) as door:
                return do(door, progress)

        key = address("ask", secrets.token_hex())
        return self._asked.ask(key, compute, owner=owner)  # type: ignore[return-value]


def _scans(door: PacsDoor, outlines: FoundSeries, drawn_on: DrawnOn) -> tuple[FoundSeries, ...]:
    """Return the series of a server on which outlines may have been drawn, the largest first."""
    uids = {uid for _, uid in drawn_on.series}
    named = dict.fromkeys(study for study, _ in drawn_on.series if is_uid(study))
    studies = list(named)[:MOST_NAMED] or [outlines.study]
    found = [
        series
        for study in studies
        for series in door.series(study)
        if (series.uid in uids if uids else series.modality.upper() == SCANS)
    ]
    return tuple(sorted(found, key=lambda each: -(each.images or 0)))


def _part_of(whole: Progress, begin: float, end: float) -> Progress:
    """Return the progress of a part, which goes on from one share of the whole to another."""
    whole.start(1000)

    def tell(share: float) -> None:
        whole.advance_to(begin + (end - begin) * share)

    return Progress(tell)
