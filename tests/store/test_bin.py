"""Cases go into the bin and come back; emptying it deletes them, and nothing else can."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ctviz.core import Prediction, UnknownName
from ctviz.store import Store

LATER = datetime.now(UTC) + timedelta(days=31)


@pytest.fixture
def drawn(store, entry, region):
    """Two cases of two patients, each with a drawing and an answer."""
    store.add_case(replace(entry, id="C-00000002", patient="P-00000002"))
    for case_id in (entry.id, "C-00000002"):
        store.append_region(replace(region, case_id=case_id))
        answer = Prediction("small", ("a", "b"), np.array([0.25, 0.75]))
        store.put_prediction(case_id, 1, answer)
    return entry.id, "C-00000002"


def ids(store: Store) -> list[str]:
    return [entry.id for entry in store.cases()]


def test_a_case_of_the_bin_is_listed_nowhere_and_keeps_its_drawings(store, drawn):
    first, second = drawn
    assert store.bin.put([first, "C-nowhere"], "AB") == (first,)
    assert ids(store) == [second]
    assert list(store.annotations()) == [second]
    assert [case for _, case, _ in store.standing("AB")] == [second]
    (binned,) = store.bin.cases()
    assert (binned.entry, binned.who) == (store.case(first), "AB")
    assert datetime.now(UTC) - binned.since < timedelta(minutes=1)
    assert len(store.regions(first)) == 1


def test_a_case_comes_back_to_its_place_with_everything(store, drawn):
    before = store.cases(), store.annotations(), store.standing("AB")
    store.bin.put(drawn, "AB")
    assert (store.cases(), store.annotations(), store.standing("AB")) == ([], {}, [])
    assert store.bin.restore(drawn, "CD") == drawn
    assert (store.cases(), store.annotations(), store.standing("AB")) == before
    assert store.bin.cases() == []


def test_who_is_second_to_move_a_case_moves_nothing(store, drawn):
    store.bin.put(drawn[:1], "AB")
    assert store.bin.put(drawn[:1], "CD") == ()
    assert [binned.who for binned in store.bin.cases()] == ["AB"]
    assert store.bin.restore(drawn, "CD") == drawn[:1]
    assert store.bin.restore(drawn, "CD") == ()


def test_importing_a_scan_again_brings_its_case_back(store, entry, drawn):
    store.bin.put(drawn, "AB")
    store.add_case(entry)
    assert ids(store) == [entry.id]
    assert len(store.regions(entry.id)) == 1


def test_what_is_drawn_meanwhile_is_kept(store, region, drawn):
    """A browser may still hold strokes on a case that somebody else has put away."""
    store.bin.put(drawn, "CD")
    assert store.append_region(replace(region, label="aorta"))
    store.bin.restore(drawn, "CD")
    assert store.labels() == ("aorta", "heart")


def test_only_what_lay_long_enough_is_deleted(store, drawn):
    first, second = drawn
    store.bin.put([first], "AB")
    between = datetime.now(UTC)
    store.bin.put([second], "AB")
    assert store.bin.empty(between, "the bin") == (first,)
    assert store.bin.emptied() == (first,)
    assert [binned.entry.id for binned in store.bin.cases()] == [second]
    with pytest.raises(UnknownName):
        store.case(first)
    assert len(store.regions(second)) == 1
    assert store.bin.restore([first], "AB") == ()


def test_emptying_leaves_nothing_of_a_drawing_in_the_file(store, path, region, drawn):
    store.append_region(replace(region, label="a label that is not found again"))
    store.bin.put(drawn, "AB")
    assert set(store.bin.empty(LATER, "the bin")) == set(drawn)
    store.close()
    content = path.read_bytes()
    for lost in (b"that is not found again", b"uneven", b"P-00000002"):
        assert lost not in content
    again = Store(path)
    assert set(again.bin.emptied()) == set(drawn)
    again.close()


def test_a_scan_that_was_deleted_may_be_imported_anew(store, entry, region, drawn):
    store.bin.put(drawn, "AB")
    store.bin.empty(LATER, "the bin")
    store.add_case(entry)
    assert ids(store) == [entry.id]
    assert store.regions(entry.id) == []
    assert store.bin.emptied() == drawn[1:]
    store.append_region(region)
    assert len(store.regions(entry.id)) == 1


@pytest.mark.parametrize("moved", [(), ("put",), ("put", "restore"), ("put", "empty", "import")])
def test_the_database_refuses_to_delete_a_region_of_any_case_that_is_there(
    store, path, entry, region, moved
):
    moves = {
        "put": lambda: store.bin.put([entry.id], "AB"),
        "restore": lambda: store.bin.restore([entry.id], "AB"),
        "empty": lambda: store.bin.empty(LATER, "the bin"),
        "import": lambda: store.add_case(entry),
    }
    for move in moved:
        moves[move]()
    store.append_region(region)
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute("DELETE FROM regions")
    other.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bin_moves SET move = 'emptied'",
        "DELETE FROM bin_moves",
        "INSERT OR REPLACE INTO bin_moves VALUES (1, 'C-00000001', 'emptied', 'CD', '')",
    ],
)
def test_a_move_stays_on_record(store, path, drawn, statement):
    store.bin.put(drawn, "AB")
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute(statement)
    other.close()


@pytest.mark.parametrize("lost", ["put", "restored", "deleted"])
def test_moves_outlive_a_log_that_is_taken_away(store, path, entry, drawn, lost):
    """What was done lately is then done again, over what the file has of it."""
    store.bin.put(drawn, "AB")
    if lost == "restored":
        store.bin.restore(drawn, "AB")
    if lost == "deleted":
        store.bin.empty(LATER, "the bin")
    expected = ids(store), store.bin.cases(), store.bin.emptied(), drawings(path)
    path.with_name(f"{path.name}-wal").unlink()
    assert (ids(store), store.bin.cases(), store.bin.emptied(), drawings(path)) == expected
    store.close()
    again = Store(path)
    assert (ids(again), again.bin.cases(), again.bin.emptied(), drawings(path)) == expected
    again.close()


def drawings(path) -> int:
    other = sqlite3.connect(path)
    (count,) = other.execute("SELECT count(*) FROM regions").fetchone()
    other.close()
    return count


def test_whether_the_bin_was_ever_used_is_remembered(store, drawn):
    assert not store.bin.used
    store.bin.put(drawn, "AB")
    store.bin.restore(drawn, "AB")
    assert store.bin.used
