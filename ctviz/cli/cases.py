"""List the cases.

try:
  ctviz cases
  ctviz cases --format csv > cases.csv
"""

import argparse
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend

if TYPE_CHECKING:
    from ctviz.backend import Backend


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """List every case."""
    with opened_backend() as backend:
        rows = list_cases(backend)
        write_rows(rows, arguments.format)
    if not rows:
        sys.stderr.write("There is no case yet; bring one in with `ctviz demo` or `ctviz index`.\n")


def list_cases(backend: "Backend", chosen: Collection[str] | None = None) -> list[Row]:
    """Return a row for each case, or for the chosen ones."""
    readers = backend.store.annotations()
    return [
        {
            "case": entry.id,
            "patient": entry.patient,
            "title": entry.title,
            "slices": entry.slices,
            "rows": entry.shape[0],
            "columns": entry.shape[1],
            "source": entry.source,
            "truth": entry.truth,
            "drawn_by": ", ".join(readers.get(entry.id, ())) or None,
        }
        for entry in backend.cases()
        if chosen is None or entry.id in chosen
    ]
