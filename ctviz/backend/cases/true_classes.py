"""Tables of true classes: which file of a folder shows what."""

import csv
import io
from pathlib import Path, PurePath

from ctviz.core import InvalidInput
from ctviz.core.foreign import foreign

LARGEST_BYTES = 50_000_000
CONTRAST = {"0": "without contrast", "1": "with contrast"}


def read_labels(path: Path) -> dict[str, str]:
    """Return the true class of every file (or folder) that a CSV table names.

    The table has a column ``file``, relative to the folder of scans, and a column ``truth`` with
    the class's name, or ``contrast`` with 0 or 1.
    """
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            raise InvalidInput("The table of labels is no file, or too large to be one.")
        content = path.read_bytes()
    except OSError:
        raise InvalidInput("The table of labels cannot be read; check its name.") from None
    with foreign(InvalidInput("The table of labels is not CSV in UTF-8; export it again.")):
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        columns = set(rows.fieldnames or ())
        if "file" not in columns or not columns & {"truth", "contrast"}:
            raise InvalidInput(
                "The table of labels must have a column 'file' and a column 'truth' or 'contrast'."
            )
        return _truths(rows)


def _truths(rows: "csv.DictReader[str]") -> dict[str, str]:
    """Return the class of every file, refusing a table that says two of one."""
    truths: dict[str, str] = {}
    for row in rows:
        name, truth = _file(row, rows.line_num), _truth(row, rows.line_num)
        if truths.setdefault(name, truth) != truth:
            raise InvalidInput(
                f"Line {rows.line_num} of the table of labels gives a file another class than a "
                "line before; keep one of them."
            )
    return truths


def _file(row: dict[str, str], line: int) -> str:
    name = (row.get("file") or "").strip()
    path = PurePath(name)
    if not name or "\0" in name or path.is_absolute() or ".." in path.parts:
        raise InvalidInput(
            f"Line {line} of the table of labels names no file of the folder; give its name "
            "relative to the folder."
        )
    return name


def _truth(row: dict[str, str], line: int) -> str:
    truth = (row.get("truth") or "").strip() or CONTRAST.get((row.get("contrast") or "").strip())
    if not truth:
        raise InvalidInput(
            f"Line {line} of the table of labels names no class; give 'truth', or 'contrast' as "
            "0 or 1."
        )
    return truth
