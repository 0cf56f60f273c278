"""Texts in the cells of a CSV table, of which a spreadsheet would take some for formulas.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line's end gets an apostrophe, which
spreadsheets take for "this is a text". Numbers stay what they are.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

Cell = TypeVar("Cell", bound=str | int | float | None)

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"''*\s*[=+\-@\t\r\n＝＋－＠]")
_TO_QUOTE = re.compile(r"[,\"\r\n]|^\s|\s$")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def neutral(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("-0.5"), neutral(-0.5), neutral("a=b"), neutral("'=1")
    ("'=1+1", '-0.5', -0.5, 'a=b', "''=1")
    """
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return cast("Cell", "'" + cell)
    return cell


def original(cell: Cell) -> Cell:
    """Return the text that `neutral` has made a cell of.

    >>> original(neutral("=1+1")), original(neutral("'=1")), original("'tis")
    ('=1+1', "'=1", "'tis")
    """
    guarded = isinstance(cell, str) and _GUARDED.match(cell)
    return cast("Cell", str(cell)[1:]) if guarded else cell


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    r"""Return a table as CSV with neutral cells; a missing value is an empty cell.

    Python's own writer leaves a carriage return bare, and what follows begins another row.

    >>> as_csv(["name", "value"], [{"name": "a\r=1", "value": -0.5}, {"name": None, "value": 1}])
    'name,value\n"a\r=1",-0.5\n,1\n'
    """
    lines = [columns, *([row.get(name) for name in columns] for row in rows)]
    return "".join(f"{','.join(map(_written, line))}\n" for line in lines)


def _written(cell: object) -> str:
    text = "" if cell is None else neutral(str(cell)) if isinstance(cell, str) else str(cell)
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if _TO_QUOTE.search(text) else text
