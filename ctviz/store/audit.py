"""The audit trail: who did what to which case, and when; rows that can only be added.

Events are named as in the audit trail profile of DICOM PS3.15 (A.5) and IHE ATNA, whose messages
descend from RFC 3881, so that a hospital's log server finds the words it knows. No row names a
patient: cases go by their pseudonyms.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Literal, TypeAlias

from ctviz.core.cells import as_csv as table_as_csv

Outcome: TypeAlias = Literal["success", "minor failure", "serious failure"]
OUTCOME_CODES: dict[Outcome, int] = {"success": 0, "minor failure": 4, "serious failure": 8}
"""EventOutcomeIndicator of RFC 3881."""


COLUMNS = (
    *("time", "event", "event_code", "action", "outcome", "outcome_code"),
    *("who", "deed", "what"),
)
"""Of an export."""


class AuditEvent(Enum):
    """What can happen: PS3.15's name and code (DCM), action (C, R, U, D, E) and our own word."""

    LOGGED_IN = ("User Authentication", 110114, "E", "logged in")
    REFUSED = ("Security Alert", 110113, "E", "was refused")
    STARTED = ("Application Activity", 110100, "E", "started ctviz")
    OPENED = ("DICOM Instances Accessed", 110103, "R", "opened")
    DREW = ("Patient Record", 110110, "U", "drew")
    IMPORTED = ("Import", 110107, "C", "imported")
    OUTLINED = ("Import", 110107, "C", "added outlines to")
    AUDITED = ("Audit Log Used", 110101, "R", "took the audit trail")
    EXPORTED = ("Export", 110106, "R", "exported")
    EXPERIMENTED = ("Patient Record", 110110, "U", "experimented on")
    RENAMED = ("Patient Record", 110110, "U", "renamed")
    LABELLED = ("Patient Record", 110110, "U", "set the true class of")
    BINNED = ("Patient Record", 110110, "U", "put into the bin")
    RESTORED = ("Patient Record", 110110, "U", "took out of the bin")
    DELETED = ("DICOM Study Deleted", 110105, "D", "deleted")
    SWITCHED = ("Security Alert", 110113, "E", "switched")
    STUDIED = ("Procedure Record", 110111, "C", "started a study")

    @property
    def title(self) -> str:
        """The event's name in PS3.15."""
        return self.value[0]

    @property
    def code(self) -> int:
        """The event's code in the scheme DCM."""
        return self.value[1]

    @property
    def action(self) -> str:
        """EventActionCode of RFC 3881: create, read, update, delete, execute."""
        return self.value[2]

    @property
    def deed(self) -> str:
        """What it is called in one word or two."""
        return self.value[3]


@dataclass(frozen=True)
class AuditEntry:
    """One row.

    Parameters
    ----------
    event
        What happened.
    who
        The account, or the name that a reader has given, or what else acts for somebody.
    what
        What it was done to: pseudonym of a case, name of a study, kind of an export.
    outcome
        Whether it went well.
    at
        When, with its time zone.
    """

    event: AuditEvent
    who: str
    what: str = ""
    outcome: Outcome = "success"
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def row(self) -> dict[str, str | int]:
        """Return what an export says of it."""
        return {
            "time": self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "event": self.event.title,
            "event_code": self.event.code,
            "action": self.event.action,
            "outcome": self.outcome,
            "outcome_code": OUTCOME_CODES[self.outcome],
            "who": self.who,
            "deed": self.event.deed,
            "what": self.what,
        }


def as_csv(entries: Iterable[AuditEntry]) -> str:
    """Return the trail as a table that spreadsheets open without calculating anything."""
    return table_as_csv(COLUMNS, (entry.row() for entry in entries))


def as_json_lines(entries: Iterable[AuditEntry]) -> str:
    """Return the trail as one JSON object a line, as log servers take it."""
    return "".join(f"{json.dumps(entry.row(), ensure_ascii=False)}\n" for entry in entries)


AUDIT_TABLE: tuple[str, ...] = (
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        event TEXT NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        outcome TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE (ABORT, 'the audit trail is only ever appended'); END
    """,
    """
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE (ABORT, 'the audit trail is only ever appended'); END
    """,
    """
    CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
    BEGIN SELECT RAISE (ABORT, 'the audit trail is only ever appended'); END
    """,
)
"""The change that brings the table into a database."""
