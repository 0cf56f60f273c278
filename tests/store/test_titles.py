"""A case is shown under the title that somebody gave it last; earlier ones stay on record."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ctviz.core import InvalidInput, UnknownName
from ctviz.store import Store


def titles(path) -> list[tuple[str, str]]:
    other = sqlite3.connect(path)
    rows = other.execute("SELECT title, who FROM titles ORDER BY id").fetchall()
    other.close()
    return rows


def test_the_latest_title_is_shown_and_the_first_is_remembered(store, path, entry):
    store.rename(entry.id, "  Motion in\tthe lower lobes ", "AB")
    store.rename(entry.id, "Coughed", "CD")
    expected = replace(entry, title="Coughed", came_as="Chest 1")
    assert store.case(entry.id) == expected
    assert store.cases() == [expected]
    assert titles(path) == [("Motion in the lower lobes", "AB"), ("Coughed", "CD")]


def test_an_empty_title_gives_the_first_one_back(store, entry):
    store.rename(entry.id, "Coughed", "AB")
    store.rename(entry.id, " ", "AB")
    assert store.case(entry.id) == entry


def test_an_import_leaves_a_given_title(store, entry):
    store.rename(entry.id, "Coughed", "AB")
    store.add_case(replace(entry, title="Chest 1, again"))
    assert store.case(entry.id).title == "Coughed"
    assert store.case(entry.id).came_as == "Chest 1, again"


@pytest.mark.parametrize(("title", "why"), [("x" * 61, "60 letters"), ("a\u202eb", "sign")])
def test_a_title_that_does_not_fit_is_refused(store, path, entry, title, why):
    with pytest.raises(InvalidInput, match=why):
        store.rename(entry.id, title, "AB")
    with pytest.raises(UnknownName):
        store.rename("C-nowhere", "Coughed", "AB")
    assert titles(path) == []


def test_a_given_title_goes_with_its_case_and_not_before(store, path, entry):
    store.rename(entry.id, "Coughed", "AB")
    store.bin.put([entry.id], "AB")
    assert [binned.entry.title for binned in store.bin.cases()] == ["Coughed"]
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute("DELETE FROM titles")
    other.close()
    store.bin.empty(datetime.now(UTC) + timedelta(days=31), "the bin")
    assert titles(path) == []


def test_a_title_outlives_a_log_that_is_taken_away(store, path, entry):
    store.rename(entry.id, "Coughed", "AB")
    path.with_name(f"{path.name}-wal").unlink()
    assert store.case(entry.id).title == "Coughed"
    assert titles(path) == [("Coughed", "AB")]
    again = Store(path)
    assert again.case(entry.id).title == "Coughed"
    again.close()
