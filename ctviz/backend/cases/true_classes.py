"""Tables of true classes: which file of a folder, or which case of the list, shows what."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import TypeAlias

from ctviz.core import InvalidInput
from ctviz.core.cells import original
from ctviz.core.foreign import foreign
from ctviz.store.truths import LONGEST_CLASS

LARGEST_BYTES = 50_000_000
LARGEST_OF_CASES_BYTES = 5_000_000
"""A hundred letters for each of fifty thousand cases."""

MEGABYTE = 10**6
CONTRAST = {"0": "without contrast", "1": "with contrast"}


Named: TypeAlias = Callable[[str, int], str]
"""Makes a name of a cell and the number of its line, or refuses it."""


def read_labels(path: Path) -> dict[str, str]:
    """Return the true class of every file (or folder) that a CSV table names.

    The table has a column ``file``, relative to the folder of scans, and a column ``truth`` with
    the class's name, or ``contrast`` with 0 or 1.
    """
    return _read(path, ("file",), _file, LARGEST_BYTES)


def read_labels_of_cases(path: Path) -> dict[str, str]:
    """Return the true class of every case that a CSV table names, by the name that it gives.

    It is a table as `read_labels` takes it, whose files need not be there, or one with a column
    ``case`` or ``title`` in place of ``file``: the first of these three that it has counts.
    """
    return _read(path, ("case", "file", "title"), _case, LARGEST_OF_CASES_BYTES)


def _read(path: Path, naming: Sequence[str], named: Named, largest_bytes: int) -> dict[str, str]:
    """Return the classes of a table that names things in one of these columns."""
    content = _content(path, largest_bytes)
    with foreign(InvalidInput("The table of labels is not CSV in UTF-8; export it again.")):
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        head = [(column or "").strip().lower() for column in rows.fieldnames or ()]
        rows.fieldnames = head
        column = next((column for column in naming if column in head), None)
        if column is None or not {"truth", "contrast"} & set(head):
            raise InvalidInput(_wrong_columns(head, naming))
        return _truths(rows, column, named)


def _content(path: Path, largest_bytes: int) -> bytes:
    try:
        if not path.is_file():
            raise InvalidInput("The table of labels is no file; check its name.")
        size = path.stat().st_size
        if size > largest_bytes:
            raise InvalidInput(
                f"The table of labels has {size / MEGABYTE:.1f} MB and at most "
                f"{largest_bytes / MEGABYTE:.0f} MB are read; leave only names and classes in it."
            )
        return path.read_bytes()
    except OSError:
        raise InvalidInput("The table of labels cannot be read; check its name.") from None


def _wrong_columns(head: Sequence[str], naming: Sequence[str]) -> str:
    names = " or ".join(f"'{column}'" for column in naming)
    needed = f"a column {names} and a column 'truth' or 'contrast'"
    if not any(head):
        return f"The table of labels is empty; it must have {needed}."
    if len(head) == 1 and ";" in head[0]:
        return (
            "The table of labels has semicolons between its columns; save it as CSV with commas, "
            f"with {needed}."
        )
    return f"The table of labels must have {needed}."


def _truths(rows: "csv.DictReader[str]", column: str, named: Named) -> dict[str, str]:
    """Return the class of everything named, refusing a table that says two of one."""
    truths: dict[str, str] = {}
    for row in rows:
        name = named((row.get(column) or "").strip(), rows.line_num)
        truth = _truth(row, rows.line_num)
        if truths.setdefault(name, truth) != truth:
            raise InvalidInput(
                f"Line {rows.line_num} of the table of labels gives a {column} another class than "
                "a line before; keep one of them."
            )
    if not truths:
        raise InvalidInput("The table of labels has a head and no rows; export it again.")
    return truths


def _file(name: str, line: int) -> str:
    path = PurePath(name)
    if not name or "\0" in name or path.is_absolute() or ".." in path.parts:
        raise InvalidInput(
            f"Line {line} of the table of labels names no file of the folder; give its name "
            "relative to the folder."
        )
    return name


def _case(name: str, line: int) -> str:
    if not name:
        raise InvalidInput(
            f"Line {line} of the table of labels names no case; give its pseudonym, its title or "
            "its file."
        )
    # A table that was taken home from the page may have guarded its cells.
    return original(name)


def _truth(row: dict[str, str], line: int) -> str:
    named = " ".join((row.get("truth") or "").split())
    truth = named or CONTRAST.get((row.get("contrast") or "").strip())
    if not truth:
        raise InvalidInput(
            f"Line {line} of the table of labels names no class; give 'truth', or 'contrast' as "
            "0 or 1."
        )
    if len(truth) > LONGEST_CLASS or not truth.isprintable():
        raise InvalidInput(
            f"Line {line} of the table of labels has no class that can be shown; give its name in "
            f"at most {LONGEST_CLASS} letters."
        )
    return truth
