"""Search a PACS, bring in series from it, and send results to it.

try:
  ctviz pacs servers
  ctviz pacs echo main
  ctviz pacs search main --name "doe*" --date 2026-11-01..2026-11-27 --modality CT
  ctviz pacs search main --study 1.2.840.1
  ctviz pacs fetch main 1.2.840.1 1.2.840.1.5
  ctviz pacs fetch main 1.2.840.1 --results-may-go-back      all CT series of the study
  ctviz pacs fetch main 1.2.840.1 1.2.840.1.9 --with-scan --reader "Dr A"     SEG or RTSTRUCT
  ctviz pacs send research results/seg-1-AB.dcm results/sr-contrast-r18.dcm

Servers are named in the TOML file of CTVIZ_PACS; docs/pacs.md has an example. What a search finds
names patients: it is written to the screen and kept nowhere. A series that comes in loses its
names as any other scan does. One that breaks off goes on from there when it is fetched again.
A series of outlines (SEG, RTSTRUCT) becomes regions of the case that it was drawn on, as by
`ctviz regions add`; --with-scan fetches that scan, too, if it is not among the cases.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ctviz.cli.cases import list_cases
from ctviz.cli.regions import add_choices, asked_of, keep_outlines
from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait
from ctviz.core import InvalidInput, UnreadableScan

if TYPE_CHECKING:
    from ctviz.backend import Backend, FetchedOutlines
    from ctviz.io.pacs import FoundSeries

HERE = "the command line"
FEW = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    deeds = parser.add_subparsers(dest="deed", metavar="WHAT", required=True)
    _deed(deeds, "servers", "list the servers of the configuration", _servers)
    echo = _deed(deeds, "echo", "ask whether a server answers", _echo)
    search = _deed(deeds, "search", "list studies, or the series of one", _search)
    fetch = _deed(
        deeds, "fetch", "bring in a series, all CT series of a study, or outlines", _fetch
    )
    send = _deed(deeds, "send", "send objects that `ctviz export` has written", _send)
    for deed in (echo, search, fetch, send):
        deed.add_argument("server", metavar="SERVER", help="name in the file of servers")
    search.add_argument("--patient", default="", help="patient's id; * stands for anything")
    search.add_argument("--name", default="", help="how the name begins, family name first")
    search.add_argument("--date", default="", help="2026-11-27, or 2026-11-01..2026-11-27")
    search.add_argument("--modality", default="", help="such as CT")
    search.add_argument("--description", default="", help="a part of the study's description")
    search.add_argument("--study", metavar="UID", help="list the series of this study")
    fetch.add_argument("study", metavar="STUDY", help="Study Instance UID")
    fetch.add_argument("series", metavar="SERIES", nargs="?", help="Series Instance UID")
    fetch.add_argument(
        "--results-may-go-back",
        action="store_true",
        help="keep whose scan it is in a file of its own, so that results can be sent back",
    )
    outlines = fetch.add_argument_group("of a series of outlines (SEG, RTSTRUCT)")
    outlines.add_argument(
        "--with-scan", action="store_true", help="fetch the scan, too, if it is not here"
    )
    outlines.add_argument(
        "--onto", metavar="CASE", help="the case (default: the one of the images they refer to)"
    )
    add_choices(outlines)
    send.add_argument("files", metavar="FILE", nargs="+", type=Path, help="objects of ctviz")


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked for."""
    with opened_backend() as backend:
        arguments.do(backend, arguments)


def _deed(
    deeds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    words: str,
    do: Callable[["Backend", argparse.Namespace], None],
) -> argparse.ArgumentParser:
    deed = deeds.add_parser(name, help=words, description=f"{words.capitalize()}.")
    deed.set_defaults(do=do)
    add_format(deed)
    return deed


def _servers(backend: "Backend", arguments: argparse.Namespace) -> None:
    from ctviz.backend.pacs import NO_SERVERS

    servers = backend.pacs.servers()
    if not servers:
        raise InvalidInput(NO_SERVERS)
    write_rows(
        [
            {
                "server": server.name,
                "title": server.called,
                "for": ", ".join(server.use),
                "by": "DICOMweb" if server.web else "DIMSE",
                "address": server.address,
            }
            for server in servers.values()
        ],
        arguments.format,
    )


def _echo(backend: "Backend", arguments: argparse.Namespace) -> None:
    wait(backend.pacs.echo(arguments.server), "Asking the server")
    sys.stdout.write(f"'{arguments.server}' answers.\n")


def _search(backend: "Backend", arguments: argparse.Namespace) -> None:
    from ctviz.io.pacs import MOST_STUDIES, PacsQuery

    if arguments.study is not None:
        write_rows(
            [
                {
                    "series_uid": each.uid,
                    "number": each.number,
                    "modality": each.modality,
                    "description": each.description,
                    "images": each.images,
                }
                for each in _series_of(backend, arguments.server, arguments.study)
            ],
            arguments.format,
        )
        return
    first, _, last = arguments.date.partition("..")
    query = PacsQuery(
        arguments.patient, arguments.name, first, last if ".." in arguments.date else first,
        arguments.modality, arguments.description,
    )  # fmt: skip
    found = wait(backend.pacs.studies(arguments.server, query), "Searching")
    write_rows(
        [
            {
                "study_uid": study.uid,
                "patient_name": study.patient_name,
                "patient_id": study.patient_id,
                "date": study.date,
                "modalities": study.modalities,
                "description": study.description,
                "series": study.series,
            }
            for study in found[:MOST_STUDIES]
        ],
        arguments.format,
    )
    if not found:
        sys.stderr.write("No study matches.\n")
    if len(found) > MOST_STUDIES:
        sys.stderr.write(f"More than {MOST_STUDIES} studies match; narrow the search.\n")


def _series_of(backend: "Backend", server: str, study: str) -> "list[FoundSeries]":
    from ctviz.io.pacs import MOST_SERIES

    found = wait(backend.pacs.series(server, study), "Searching")
    if len(found) > MOST_SERIES:
        sys.stderr.write(f"The study has more than {MOST_SERIES} series; these are the first.\n")
    return found[:MOST_SERIES]


def _fetch(backend: "Backend", arguments: argparse.Namespace) -> None:
    wanted = list(_wanted(backend, arguments))
    if wanted[0].holds_outlines:
        _fetch_outlines(backend, wanted[0], arguments)
        return
    brought = [case for series in wanted for case in _fetch_scan(backend, series, arguments)]
    write_rows(list_cases(backend, dict.fromkeys(brought)), arguments.format)
    if not brought:
        raise UnreadableScan("No case was found in what came; see the reasons above.")


def _fetch_scan(
    backend: "Backend", series: "FoundSeries", arguments: argparse.Namespace
) -> tuple[str, ...]:
    """Bring in a series and return its cases."""
    from ctviz.store import AuditEntry, AuditEvent

    job = backend.pacs.fetch(arguments.server, series, may_go_back=arguments.results_may_go_back)
    imported = wait(job, "Fetching")
    for refused in imported.refused:
        sys.stderr.write(f"{refused.name}: {refused.why}\n")
    if imported.unlinked:
        sys.stderr.write(f"{imported.said_of_links}\n")
    for case_id in imported.cases:
        backend.store.record(AuditEntry(AuditEvent.IMPORTED, HERE, case_id))
    return imported.cases


def _fetch_outlines(
    backend: "Backend", series: "FoundSeries", arguments: argparse.Namespace
) -> None:
    """Bring in outlines, with their scan if it is not here and wanted, and keep them."""
    from ctviz.backend import WantedOutlines

    onto = "" if arguments.onto is None else backend.store.case(arguments.onto).id
    asked = asked_of(arguments)
    fetched = wait(backend.pacs.fetch_outlines(arguments.server, series), "Fetching")
    try:
        case_id = onto or fetched.case_id
        among = () if case_id else fetched.near
        if arguments.with_scan and not case_id:
            among = _fetch_scan_of(backend, fetched, arguments) + among
        if not case_id and not among:
            raise InvalidInput(f"{fetched.missing}{_how_to_fetch(fetched)}")
        wanted = WantedOutlines(case_id, (fetched.folder,), asked, spooled=True, among=among)
        keep_outlines(backend, wanted, arguments)
    finally:
        shutil.rmtree(fetched.folder, ignore_errors=True)


def _fetch_scan_of(
    backend: "Backend", outlines: "FetchedOutlines", arguments: argparse.Namespace
) -> tuple[str, ...]:
    """Bring in the scan that outlines were drawn on, if it is certain which that is."""
    if len(outlines.scans) != 1:
        return ()
    return _fetch_scan(backend, outlines.scans[0], arguments)


def _how_to_fetch(outlines: "FetchedOutlines") -> str:
    """Return how to come by the scan of outlines."""
    if not outlines.scans:
        return ""
    if len(outlines.scans) == 1:
        return " Add --with-scan to fetch it, too."
    uids = ", ".join(f"{scan.study} {scan.uid}" for scan in outlines.scans[:FEW])
    return f" Fetch one of these first: {uids}."


def _wanted(backend: "Backend", arguments: argparse.Namespace) -> "Iterator[FoundSeries]":
    from ctviz.io.pacs import FoundSeries

    if arguments.series is not None:
        asked = FoundSeries(arguments.study, arguments.series)
        found = _series_of(backend, arguments.server, arguments.study)
        # One that the server does not list may still be there.
        yield next((series for series in found if series.uid == asked.uid), asked)
        return
    found = [
        s for s in _series_of(backend, arguments.server, arguments.study) if s.modality == "CT"
    ]
    if not found:
        raise InvalidInput(
            "The study has no CT series here; look with `ctviz pacs search SERVER --study UID`."
        )
    yield from found


def _send(backend: "Backend", arguments: argparse.Namespace) -> None:
    from ctviz.io.out import own_objects

    files = own_objects(arguments.files)
    kept = wait(backend.pacs.send(arguments.server, lambda: files), "Sending")
    sys.stdout.write(f"'{arguments.server}' has kept {kept} of {len(files)} objects.\n")
