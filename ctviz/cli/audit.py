"""Export the audit trail: who did what to which case, and when.

try:
  ctviz audit --out audit.csv
  ctviz audit --out audit.jsonl
  ctviz audit --format json

Events are named as in DICOM PS3.15 (A.5) and IHE ATNA; times are UTC. Cases go by their pseudonyms.
"""

import argparse
import sys
from pathlib import Path

from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend
from ctviz.core import InvalidInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument(
        "--out", type=Path, help="file to write, as CSV or, if it ends in .jsonl, as JSON lines"
    )
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write every row, oldest first."""
    from ctviz.store.audit import as_csv, as_json_lines

    with opened_backend() as backend:
        entries = backend.store.audit()
    out: Path | None = arguments.out
    if out is None:
        write_rows([entry.row() for entry in entries], arguments.format)
        return
    text = as_json_lines(entries) if out.suffix == ".jsonl" else as_csv(entries)
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(
            f"'{out}' cannot be written ({error.strerror}); choose another name."
        ) from None
    sys.stderr.write(f"{len(entries)} rows are in {out}.\n")
