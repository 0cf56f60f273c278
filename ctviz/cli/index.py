"""Bring in scans: DICOM, NIfTI, pictures, folders of them, or zip archives.

Each series becomes a case under a pseudonym, saved without the patient's identity. Bringing the
same files in again changes nothing.

try:
  ctviz index /data/ct
  ctviz index /data/ct --labels /data/ct/labels.csv
  ctviz index /data/ct --results-may-go-back

The table of labels has a column `file`, relative to the folder, and a column `truth` (a class) or
`contrast` (0 or 1); only the files that it names are brought in.
"""

import argparse
import sys
from pathlib import Path

from ctviz.cli.cases import list_cases
from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait
from ctviz.core import InvalidInput, UnreadableScan
from ctviz.store import AuditEntry, AuditEvent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("folder", type=Path, help="a folder, a file or a zip archive")
    parser.add_argument("--labels", type=Path, help="CSV table of true classes")
    parser.add_argument(
        "--results-may-go-back",
        action="store_true",
        help="keep whose scan it is in a file of its own, so that `ctviz export` writes objects of "
        "the patient's own study",
    )
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Bring in what can be read, and say what cannot."""
    may_go_back: bool = arguments.results_may_go_back
    if may_go_back and arguments.labels is not None:
        raise InvalidInput("Choose --results-may-go-back or --labels; they do not go together.")
    with opened_backend() as backend:
        job = (
            backend.import_path(arguments.folder, may_go_back=may_go_back)
            if arguments.labels is None
            else backend.import_labelled(arguments.folder, arguments.labels)
        )
        imported = wait(job, "Reading scans")
        for case_id in imported.cases:
            backend.store.record(AuditEntry(AuditEvent.IMPORTED, "the command line", case_id))
        for refused in imported.refused:
            sys.stderr.write(f"{refused.name}: {refused.why}\n")
        if imported.unlinked:
            sys.stderr.write(f"{imported.said_of_links}\n")
        write_rows(list_cases(backend, imported.cases), arguments.format)
    if not imported.cases:
        raise UnreadableScan("No case was found; see the reasons above, or name another folder.")
