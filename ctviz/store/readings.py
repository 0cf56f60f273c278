"""How far a reader is with a case, and what they note on it."""

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

from ctviz.core import InvalidInput

ReadingState: TypeAlias = Literal["unread", "being read", "done", "skipped"]
READING_STATES: tuple[ReadingState, ...] = get_args(ReadingState)
LONGEST_NOTE = 500
"""Letters."""


@dataclass(frozen=True)
class Reading:
    """What one reader says of one case; the latest stands.

    Parameters
    ----------
    note
        Plain text, at most `LONGEST_NOTE` letters.
    at
        When, with its time zone.
    """

    case_id: str
    reader: str
    state: ReadingState = "unread"
    note: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if len(self.note) > LONGEST_NOTE:
            raise InvalidInput(
                f"A note has {LONGEST_NOTE} letters at most, and this one has {len(self.note)}; "
                "shorten it."
            )

    def append(self, connection: sqlite3.Connection) -> None:
        """Append the row, once."""
        connection.execute(
            """
            INSERT INTO readings (case_id, reader, state, note, at)
            SELECT ?1, ?2, ?3, ?4, ?5
            WHERE NOT EXISTS (
                SELECT 1 FROM readings WHERE case_id = ?1 AND reader = ?2 AND at = ?5
            )
            """,
            (self.case_id, self.reader, self.state, self.note, self.at.isoformat()),
        )


def reading_of(row: sqlite3.Row) -> Reading:
    """Return what a row of the table ``readings`` says."""
    return Reading(
        case_id=row["case_id"],
        reader=row["reader"],
        state=row["state"],
        note=row["note"],
        at=datetime.fromisoformat(row["at"]),
    )
