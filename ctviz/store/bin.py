"""The bin: cases that somebody has put away, which come back or are deleted for good."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TypeAlias

from ctviz.store.database import Database
from ctviz.store.entries import CaseEntry, entry_of

Move: TypeAlias = Literal["put", "restored", "emptied"]
Moves: TypeAlias = Collection[Move | None]
"""The latest moves that one may follow; None is a case that was never moved."""

_LATEST = "SELECT move, at FROM bin_moves WHERE case_id = ? ORDER BY id DESC LIMIT 1"
_ADD = "INSERT INTO bin_moves (case_id, move, who, at) VALUES (?, ?, ?, ?)"
_SAME = "SELECT 1 FROM bin_moves WHERE case_id = ? AND move = ? AND at = ?"
_DELETE_EMPTIED = (
    "DELETE FROM regions WHERE case_id IN emptied_cases",
    "DELETE FROM predictions WHERE case_id IN emptied_cases",
    "DELETE FROM measurements WHERE case_id IN emptied_cases",
    "DELETE FROM experiments WHERE case_id IN emptied_cases",
    "DELETE FROM readings WHERE case_id IN emptied_cases",
    "DELETE FROM titles WHERE case_id IN emptied_cases",
    "DELETE FROM truths WHERE case_id IN emptied_cases",
    "DELETE FROM cases WHERE id IN emptied_cases",
)


@dataclass(frozen=True)
class BinnedCase:
    """One case of the bin.

    Parameters
    ----------
    who
        Who has put it there.
    since
        When, with its time zone.
    """

    entry: CaseEntry
    who: str
    since: datetime


class Bin:
    """Which cases of a database are in the bin: each move is a row, and the latest one stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, case_ids: Iterable[str], who: str) -> tuple[str, ...]:
        """Put cases into the bin; return those that were not there yet."""
        known = {row["id"] for row in self._database.query("SELECT id FROM cases")}
        there = [case_id for case_id in case_ids if case_id in known]
        return self._move(there, "put", who, after=frozenset({None, "restored"}))

    def restore(self, case_ids: Iterable[str], who: str) -> tuple[str, ...]:
        """Take cases out of the bin; return those that were in it."""
        return self._move(case_ids, "restored", who, after=frozenset({"put"}))

    def cases(self) -> list[BinnedCase]:
        """Return what is in the bin, the latest first."""
        rows = self._database.query(
            """
            SELECT named_cases.*, bin_moves.who AS put_by, bin_moves.at AS put_at
            FROM named_cases JOIN bin_moves ON bin_moves.case_id = named_cases.id
            WHERE bin_moves.id IN (SELECT id FROM cases_away) AND move = 'put'
            ORDER BY bin_moves.id DESC
            """
        )
        return [
            BinnedCase(entry_of(row), row["put_by"], datetime.fromisoformat(row["put_at"]))
            for row in rows
        ]

    def empty(self, before: datetime, who: str) -> tuple[str, ...]:
        """Delete, for good, what was put into the bin before then; return which cases that are.

        Their drawings, measurements and experiments, the older ones too, and the answers of models
        go with them. That it was done stays on record.
        """
        old = [binned.entry.id for binned in self.cases() if binned.since < before]
        emptied = self._move(old, "emptied", who, after=frozenset({"put"}))
        if self._database.query("SELECT 1 FROM cases WHERE id IN emptied_cases"):
            self._database.write(_delete_emptied)
        return emptied

    def emptied(self) -> tuple[str, ...]:
        """Return which cases were deleted and have not come again."""
        return tuple(
            row["case_id"] for row in self._database.query("SELECT case_id FROM emptied_cases")
        )

    @property
    def used(self) -> bool:
        """Whether anybody has ever put anything into the bin."""
        return bool(self._database.query("SELECT 1 FROM bin_moves LIMIT 1"))

    def _move(
        self, case_ids: Iterable[str], move: Move, who: str, *, after: Moves
    ) -> tuple[str, ...]:
        moved = [_Moved(case_id, move, who, datetime.now(UTC)) for case_id in case_ids]
        return self._database.write(partial(_append_all, moved, after)) if moved else ()


@dataclass(frozen=True)
class _Moved:
    """A row of ``bin_moves`` to be."""

    case_id: str
    move: Move
    who: str
    at: datetime

    def append(self, after: Moves, connection: sqlite3.Connection) -> bool:
        """Append the row if it follows one of these moves; return whether it does."""
        at = self.at.isoformat()
        # An act is done again if the database's log was lost, when later moves may be there.
        if connection.execute(_SAME, (self.case_id, self.move, at)).fetchone():
            return False
        latest = connection.execute(_LATEST, (self.case_id,)).fetchone()
        if (latest["move"] if latest else None) not in after:
            return False
        connection.execute(_ADD, (self.case_id, self.move, self.who, at))
        return True


def _append_all(
    moved: Iterable[_Moved], after: Moves, connection: sqlite3.Connection
) -> tuple[str, ...]:
    return tuple(each.case_id for each in moved if each.append(after, connection))


def _delete_emptied(connection: sqlite3.Connection) -> None:
    for statement in _DELETE_EMPTIED:
        connection.execute(statement)


def bring_back(case_id: str, at: datetime, connection: sqlite3.Connection) -> None:
    """Take a case that was imported out of the bin, also if that was emptied before."""
    latest = connection.execute(_LATEST, (case_id,)).fetchone()
    # An import that is done again, because the log was lost, undoes no later move.
    if latest is not None and datetime.fromisoformat(latest["at"]) < at:
        _Moved(case_id, "restored", "an import", at).append(("put", "emptied"), connection)
