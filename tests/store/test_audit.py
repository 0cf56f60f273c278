"""The audit trail is only ever appended, whoever tries, and names nobody but who acted."""

import sqlite3
from datetime import UTC, datetime

import pytest

from ctviz.store import AuditEntry, AuditEvent, Store
from ctviz.store.schema import MIGRATIONS


@pytest.fixture
def entries() -> list[AuditEntry]:
    at = datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC)
    return [AuditEntry(event, "AB", "C-00000001", at=at) for event in AuditEvent]


def test_what_is_recorded_comes_back_in_its_order(store, path, entries):
    for entry in entries:
        store.record(entry)
    assert store.audit() == entries
    again = Store(path)
    assert again.audit() == entries
    again.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'somebody else'",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT id, at, event, 'CD', what, outcome FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (1, '', 'OPENED', 'CD', '', 'success')",
        "INSERT INTO audit VALUES (1, '', 'OPENED', 'CD', '', 'success')"
        " ON CONFLICT DO UPDATE SET who = 'CD'",
    ],
)
def test_nothing_changes_or_removes_a_row(store, path, entries, statement):
    store.record(entries[0])
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        connection.execute(statement)
    connection.close()
    assert store.audit() == entries[:1]


def test_events_have_the_names_and_codes_of_the_standard(entries):
    # DICOM PS3.16, context group 400 (audit event id).
    standard = {
        "Application Activity": 110100,
        "Audit Log Used": 110101,
        "DICOM Instances Accessed": 110103,
        "DICOM Study Deleted": 110105,
        "Export": 110106,
        "Import": 110107,
        "Patient Record": 110110,
        "Procedure Record": 110111,
        "Security Alert": 110113,
        "User Authentication": 110114,
    }
    assert {event.title: event.code for event in AuditEvent} == standard
    assert {event.action for event in AuditEvent} <= set("CRUDE")
    row = AuditEntry(AuditEvent.DREW, "AB", "C-1", "minor failure", entries[0].at).row()
    assert row == {
        "time": "2026-01-02T03:04:05.678+00:00",
        "event": "Patient Record",
        "event_code": 110110,
        "action": "U",
        "outcome": "minor failure",
        "outcome_code": 4,
        "who": "AB",
        "deed": "drew",
        "what": "C-1",
    }


def test_an_older_database_gains_the_trail(path):
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    older = MIGRATIONS[:2]
    for change in older:
        for statement in change:
            connection.execute(statement)
    connection.execute("PRAGMA application_id = 1129600602")
    connection.execute(f"PRAGMA user_version = {len(older)}")
    connection.commit()
    connection.close()
    store = Store(path)
    store.record(AuditEntry(AuditEvent.OPENED, "AB", "C-1"))
    assert len(store.audit()) == 1
    store.close()


def test_rows_of_one_deed_are_kept_together(store, entries):
    store.record(*entries)
    store.record()
    assert store.audit() == entries
