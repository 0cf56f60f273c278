"""Rows on standard output: as a table to read, or as CSV or JSON to go on with."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ctviz.core.cells import as_csv

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Mapping[str, Cell]

FORMATS = ("table", "csv", "json")


def add_format(parser: argparse.ArgumentParser) -> None:
    """Let the user choose how rows are written."""
    parser.add_argument(
        "--format", choices=FORMATS, default="table", help="how rows are written (default: table)"
    )


def write_rows(rows: Sequence[Row], form: str) -> None:
    """Write rows that all have the same columns."""
    writers = {"table": _table, "csv": _csv, "json": _json}
    sys.stdout.write(writers[form](rows))


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lines = [[name.replace("_", " ") for name in rows[0]]]
    lines += [[_text(cell) for cell in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    return "".join(f"{line}\n" for line in padded)


def _text(cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _csv(rows: Sequence[Row]) -> str:
    return as_csv(list(rows[0]) if rows else [], rows)


def _json(rows: Sequence[Row]) -> str:
    return json.dumps([dict(row) for row in rows], indent=1, ensure_ascii=False) + "\n"
