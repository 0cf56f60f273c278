"""A case has the true class that somebody gave it last; earlier ones stay on record."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ctviz.store import Store

GIVEN = "without contrast"


def truths(path) -> list[tuple[str, str, str]]:
    other = sqlite3.connect(path)
    rows = other.execute("SELECT case_id, truth, who FROM truths ORDER BY id").fetchall()
    other.close()
    return rows


def test_the_latest_class_stands_and_all_are_on_record(store, path, entry):
    assert store.give_truths({entry.id: GIVEN}, "AB") == {entry.id: ""}
    assert store.give_truths({entry.id: "late phase"}, "CD") == {entry.id: GIVEN}
    assert store.cases() == [replace(entry, truth="late phase")]
    assert truths(path) == [(entry.id, GIVEN, "AB"), (entry.id, "late phase", "CD")]


def test_giving_back_what_there_was_undoes_it(store, entry):
    store.add_case(replace(entry, id="C-2", truth=None))
    before = store.give_truths({entry.id: GIVEN, "C-2": GIVEN}, "AB")
    assert [each.truth for each in store.cases()] == [GIVEN, GIVEN]
    store.give_truths(before, "AB")
    assert [each.truth for each in store.cases()] == ["with contrast", None]


def test_what_changes_nothing_is_not_written(store, path, entry):
    assert store.give_truths({entry.id: "with contrast", "C-nowhere": GIVEN}, "AB") == {}
    assert store.give_truths({}, "AB") == {}
    assert truths(path) == []


def test_an_import_leaves_a_given_class(store, entry):
    store.give_truths({entry.id: GIVEN}, "AB")
    store.add_case(replace(entry, truth="with contrast"))
    assert store.case(entry.id).truth == GIVEN


def test_a_given_class_goes_with_its_case_and_not_before(store, path, entry):
    store.give_truths({entry.id: GIVEN}, "AB")
    store.bin.put([entry.id], "AB")
    assert [binned.entry.truth for binned in store.bin.cases()] == [GIVEN]
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute("DELETE FROM truths")
    other.close()
    store.bin.empty(datetime.now(UTC) + timedelta(days=31), "the bin")
    assert truths(path) == []


def test_a_given_class_outlives_a_log_that_is_taken_away(store, path, entry):
    store.give_truths({entry.id: GIVEN}, "AB")
    path.with_name(f"{path.name}-wal").unlink()
    assert store.case(entry.id).truth == GIVEN
    assert truths(path) == [(entry.id, GIVEN, "AB")]
    again = Store(path)
    assert again.case(entry.id).truth == GIVEN
    again.close()
