"""Titles that people give to cases, in place of those that the cases came with."""

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ctviz.core import InvalidInput

LONGEST_TITLE = 60
"""Letters."""


@dataclass(frozen=True)
class GivenTitle:
    """A row of ``titles`` to be: the latest of a case is shown.

    Parameters
    ----------
    title
        One line of plain text; empty gives a case back the title that it came with.
    who
        Who gives it.
    """

    case_id: str
    title: str
    who: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def append(self, connection: sqlite3.Connection) -> None:
        """Append the row, once."""
        connection.execute(
            """
            INSERT INTO titles (case_id, title, who, at)
            SELECT ?1, ?2, ?3, ?4
            WHERE NOT EXISTS (SELECT 1 FROM titles WHERE case_id = ?1 AND at = ?4)
            """,
            (self.case_id, self.title, self.who, self.at.isoformat()),
        )


def as_title(text: str) -> str:
    r"""Return a title as one line of plain text.

    >>> as_title("  Chest\tof the first week "), as_title("")
    ('Chest of the first week', '')

    Raises
    ------
    InvalidInput
        If it is too long or holds signs that cannot be shown.
    """
    title = " ".join(text.split())
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(
            f"A title has {LONGEST_TITLE} letters at most, and this one has {len(title)}; "
            "shorten it."
        )
    if not title.isprintable():
        raise InvalidInput("The title holds a sign that cannot be shown; type it anew.")
    return title
