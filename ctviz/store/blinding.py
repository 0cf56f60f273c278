"""Blinded reading: whether readers meet a case without what others drew on it.

One row for each time that somebody switched it; the latest stands.
"""

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime

STANDING = "SELECT blinded FROM blindings ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True)
class Blinding:
    """A row of ``blindings`` to be.

    Parameters
    ----------
    blinded
        Whether Regions of others are hidden until one's own reading is done.
    who
        Who has switched it.
    """

    blinded: bool
    who: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def append(self, connection: sqlite3.Connection) -> None:
        """Append the row, once."""
        connection.execute(
            """
            INSERT INTO blindings (blinded, who, at)
            SELECT ?1, ?2, ?3
            WHERE NOT EXISTS (SELECT 1 FROM blindings WHERE who = ?2 AND at = ?3)
            """,
            (int(self.blinded), self.who, self.at.isoformat()),
        )
