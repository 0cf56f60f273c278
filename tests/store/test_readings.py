"""How far each reader is with a case: the latest word stands, and goes with the case alone."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ctviz.core import InvalidInput, UnknownName
from ctviz.store import Reading, Store


def test_every_reader_has_a_state_and_a_note_of_their_own(store, entry):
    store.add_case(replace(entry, id="C-2"))
    kept = [
        Reading(entry.id, "AB", "being read"),
        Reading(entry.id, "CD", "skipped", "Motion"),
        Reading(entry.id, "AB", "done", "A = small one"),
        Reading("C-2", "AB", "unread"),
    ]
    for reading in kept:
        store.keep_reading(reading)
    assert store.readings("AB") == {entry.id: kept[2], "C-2": kept[3]}
    assert store.readings("CD") == {entry.id: kept[1]}
    assert store.readings("EF") == {}


def test_a_note_has_an_end_and_a_case(store, entry):
    assert Reading(entry.id, "AB", note="x" * 500).note
    with pytest.raises(InvalidInput, match="500 letters"):
        Reading(entry.id, "AB", note="x" * 501)
    with pytest.raises(UnknownName):
        store.keep_reading(Reading("C-nowhere", "AB", "done"))


def test_readings_go_with_their_case_and_not_before(store, path, entry):
    store.keep_reading(Reading(entry.id, "AB", "done", "a note that nobody finds"))
    other = sqlite3.connect(path)
    for statement in ("DELETE FROM readings", "UPDATE readings SET state = 'skipped'"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
            other.execute(statement)
    other.close()
    store.bin.put([entry.id], "AB")
    store.bin.empty(datetime.now(UTC) + timedelta(days=31), "the bin")
    assert store.readings("AB") == {}


def test_a_reading_outlives_a_log_that_is_taken_away(store, path, entry):
    for state in ("being read", "done"):
        store.keep_reading(Reading(entry.id, "AB", state))
    expected = store.readings("AB")
    path.with_name(f"{path.name}-wal").unlink()
    assert store.readings("AB") == expected
    again = Store(path)
    assert again.readings("AB") == expected
    again.close()
