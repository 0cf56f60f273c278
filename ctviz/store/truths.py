"""True classes that people give to cases, in place of those that the cases came with."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

LONGEST_CLASS = 100
"""Letters of a class's name."""

_SAME = "SELECT 1 FROM truths WHERE case_id = ? AND at = ?"
_STANDING = "SELECT truth, given_truth FROM named_cases WHERE id = ?"
_ADD = "INSERT INTO truths (case_id, truth, who, at) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True)
class GivenTruth:
    """A row of ``truths`` to be: the latest of a case stands.

    Parameters
    ----------
    truth
        The class by name; empty gives a case back the class that it came with, if any.
    who
        Who gives it.
    """

    case_id: str
    truth: str
    who: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def append(self, connection: sqlite3.Connection) -> str | None:
        """Append the row if it changes the case's class.

        Returns
        -------
        What the case had been given before, empty for nothing; None where nothing changes, also
        for a case that is not there any more.
        """
        at = self.at.isoformat()
        standing = connection.execute(_STANDING, (self.case_id,)).fetchone()
        # An act is done again if the database's log was lost.
        if standing is None or connection.execute(_SAME, (self.case_id, at)).fetchone():
            return None
        given, came = standing["given_truth"] or "", standing["truth"] or ""
        if (self.truth or came) == (given or came):
            return None
        connection.execute(_ADD, (self.case_id, self.truth, self.who, at))
        return given


def append_all(given: Iterable[GivenTruth], connection: sqlite3.Connection) -> dict[str, str]:
    """Append rows; return what the cases that they change had been given before."""
    before = {each.case_id: each.append(connection) for each in given}
    return {case_id: truth for case_id, truth in before.items() if truth is not None}
