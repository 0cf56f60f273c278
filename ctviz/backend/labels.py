"""Tables of true classes: which file of a folder shows what."""

import csv
from pathlib import Path

from ctviz.core import InvalidInput

CONTRAST = {"0": "without contrast", "1": "with contrast"}


def read_labels(path: Path) -> dict[str, str]:
    """Return the true class of every file (or folder) that a CSV table names.

    The table has a column ``file``, relative to the folder of scans, and a column ``truth`` with
    the class's name, or ``contrast`` with 0 or 1.
    """
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError):
        raise InvalidInput("The table of labels cannot be read; check its name.") from None
    columns = set(rows.fieldnames or ())
    if "file" not in columns or not columns & {"truth", "contrast"}:
        raise InvalidInput(
            "The table of labels must have a column 'file' and a column 'truth' or 'contrast'."
        )
    return {row["file"]: _truth(row, line) for line, row in enumerate(rows, start=2)}


def _truth(row: dict[str, str], line: int) -> str:
    truth = row.get("truth") or CONTRAST.get(row.get("contrast") or "", "")
    if not truth:
        raise InvalidInput(
            f"Line {line} of the table of labels names no class; give 'truth', or 'contrast' as "
            "0 or 1."
        )
    return truth
