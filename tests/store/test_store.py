import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from ctviz.core import InvalidInput, Prediction, Region, StorageRefused, UnknownName
from ctviz.store import CaseEntry, Store, encode_mask
from ctviz.store.database import Database
from ctviz.store.schema import APPLICATION_ID, MIGRATIONS
from tests.store.history import history


def redrawn(region: Region, mask: np.ndarray, **changes: object) -> Region:
    fields = {
        "case_id": region.case_id,
        "slice_index": region.slice_index,
        "reader": region.reader,
        "label": region.label,
    }
    return Region(**{**fields, **changes}, mask=mask)


def test_a_case_comes_back_as_it_was_added(store, entry):
    assert store.cases() == [entry]
    assert store.case(entry.id) == entry


def test_cases_are_listed_in_the_order_of_their_addition(store, entry):
    for name in ("C-z", "C-a", "C-m"):
        store.add_case(replace(entry, id=name))
    assert [case.id for case in store.cases()] == [entry.id, "C-z", "C-a", "C-m"]


def test_adding_a_case_again_keeps_its_date_and_regions(store, entry, region):
    store.append_region(region)
    store.add_case(replace(entry, title="Renamed", added=datetime.now(UTC)))
    assert store.case(entry.id) == replace(entry, title="Renamed")
    assert len(store.regions(entry.id)) == 1


def test_a_known_truth_is_not_forgotten(store, entry):
    store.add_case(replace(entry, truth=None, source="image"))
    assert store.case(entry.id) == entry
    store.add_case(replace(entry, truth="without contrast"))
    assert store.case(entry.id).truth == "without contrast"


def test_an_unknown_case_is_named_with_the_nearest(store):
    with pytest.raises(UnknownName, match="Did you mean 'C-00000001'"):
        store.case("C-00000002")


def test_the_latest_region_stands_and_the_older_stays_in_the_history(store, region, mask):
    store.append_region(region)
    store.append_region(redrawn(region, ~mask))
    (standing,) = store.regions(region.case_id)
    np.testing.assert_array_equal(standing.mask, ~mask)
    first, second = history(store, region.case_id)
    np.testing.assert_array_equal(first.mask, mask)
    assert first.drawn == region.drawn
    assert second.drawn >= first.drawn


def test_readers_slices_and_labels_are_kept_apart(store, region, mask):
    store.append_region(region)
    for change in ({"reader": "CD"}, {"slice_index": 2}, {"label": "aorta"}):
        store.append_region(redrawn(region, mask, **change))
    assert len(store.regions(region.case_id)) == 4
    assert [r.reader for r in store.regions(region.case_id, "CD")] == ["CD"]
    assert [r.slice_index for r in store.regions(region.case_id, slice_index=2)] == [2]
    assert store.readers(region.case_id) == ("AB", "CD")
    assert store.annotations() == {region.case_id: ("AB", "CD")}
    assert store.labels() == ("aorta", "heart")


def test_an_erased_region_no_longer_stands(store, region, mask):
    store.append_region(region)
    store.append_region(redrawn(region, np.zeros_like(mask)))
    assert store.regions(region.case_id) == []
    assert store.readers(region.case_id) == ()
    assert len(history(store, region.case_id)) == 2


def test_the_same_stroke_sent_twice_is_kept_once(store, region, mask):
    assert store.append_region(region)
    assert not store.append_region(redrawn(region, mask))
    assert len(history(store, region.case_id)) == 1


def test_erasing_what_was_never_drawn_leaves_no_trace(store, region, mask):
    assert not store.append_region(redrawn(region, np.zeros_like(mask)))
    assert history(store, region.case_id) == []


@pytest.mark.parametrize("shape", [(16, 23), (24, 16), (1, 1)])
def test_a_drawing_of_another_size_is_refused(store, region, shape):
    with pytest.raises(InvalidInput, match="16 × 24 pixels"):
        store.append_region(redrawn(region, np.ones(shape, np.bool_)))


@pytest.mark.parametrize("slice_index", [-1, 3])
def test_a_drawing_on_no_slice_is_refused(store, region, mask, slice_index):
    with pytest.raises(InvalidInput, match="3 slices"):
        store.append_region(redrawn(region, mask, slice_index=slice_index))


@pytest.mark.parametrize("change", ["UPDATE regions SET reader = 'X'", "DELETE FROM regions"])
def test_the_database_itself_refuses_to_change_a_region(store, region, path, change):
    store.append_region(region)
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute(change)
    other.close()
    assert len(history(store, region.case_id)) == 1


def test_everything_is_there_when_the_file_is_opened_again(store, region, path, entry):
    store.append_region(region)
    store.close()
    again = Store(path)
    assert again.cases() == [entry]
    np.testing.assert_array_equal(again.regions(entry.id)[0].mask, region.mask)
    again.close()


def test_what_one_store_writes_the_other_reads(store, region, path):
    other = Store(path)
    store.append_region(region)
    assert len(other.regions(region.case_id)) == 1
    other.close()


def test_many_threads_draw_without_losing_a_stroke(store, region):
    def draw(number: int) -> bool:
        mask = np.zeros((16, 24), np.bool_)
        mask.flat[: number + 1] = True
        return store.append_region(redrawn(region, mask, reader=f"R{number % 4}"))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(draw, range(64)))
    assert len(history(store, region.case_id)) == 64
    assert len(store.regions(region.case_id)) == 4


def test_two_stores_of_one_file_write_at_the_same_time(store, region, path, mask):
    other = Store(path)

    def draw(number: int) -> bool:
        place = redrawn(region, mask, label=f"label {number}")
        return (store, other)[number % 2].append_region(place)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(draw, range(32)))
    assert len(other.regions(region.case_id)) == 32
    other.close()


def test_a_prediction_comes_back_for_the_same_weights_only(store, entry):
    classes = ("without contrast", "with contrast")
    prediction = Prediction("small", classes, np.array([0.1, 0.9]))
    store.put_prediction(entry.id, 1, prediction, weights="abc")
    found = store.prediction(entry.id, 1, "small", weights="abc")
    assert found is not None
    assert (found.model_id, found.classes) == ("small", classes)
    np.testing.assert_array_equal(found.probabilities, prediction.probabilities)
    assert list(store.predictions("small", weights="abc")) == [(entry.id, 1)]
    assert store.prediction(entry.id, 1, "small", weights="other") is None
    assert store.prediction(entry.id, 0, "small", weights="abc") is None
    assert store.unanswered("small", [entry.id], weights="abc") == 0
    assert store.unanswered("small", [entry.id], weights="other") == 1


def test_unanswered_cases_are_those_listed_without_their_middle_slice(store, entry):
    answer = Prediction("small", ("a", "b"), np.array([0.1, 0.9]))
    for number in range(4):
        store.add_case(replace(entry, id=f"C-{number}"))
    store.put_prediction("C-0", entry.middle, answer)
    store.put_prediction("C-1", entry.middle + 1, answer)
    store.bin.put(["C-2"], "AB")
    # The first case of all, the one with another slice, and the last.
    every = [entry.id, *(f"C-{number}" for number in range(4))]
    assert store.unanswered("small", every) == 3
    assert store.unanswered("small", ["C-0", "C-3", "C-nowhere"]) == 1


def test_what_a_transaction_changes_is_kept_all_or_none(store, path, entry):
    database, places = Database(path), [(entry.id,), ("C-nowhere",)]
    add = "INSERT INTO predictions VALUES (?, 0, 'small', '', '[]', '[]', 0)"
    with pytest.raises(sqlite3.IntegrityError):
        database.write(lambda connection: connection.executemany(add, places))
    assert database.query("SELECT * FROM predictions") == []
    database.close()


@pytest.mark.parametrize("seen", range(1, len(MIGRATIONS)))
def test_a_database_of_an_older_ctviz_is_brought_up_to_date(path, entry, region, seen):
    path.parent.mkdir()
    older = sqlite3.connect(path)
    for statement in (statement for change in MIGRATIONS[:seen] for statement in change):
        older.execute(statement)
    case = (entry.id, entry.patient, entry.title, 3, 16, 24, 0.7, 0.8, "dicom", None, "[]")
    older.execute(
        "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*case, entry.added.isoformat()),
    )
    drawn = (entry.id, 1, "AB", "heart", 35, encode_mask(region.mask), region.drawn.isoformat())
    older.execute("INSERT INTO regions VALUES (1, ?, ?, ?, ?, ?, ?, ?)", drawn)
    older.execute(f"PRAGMA user_version = {seen}")
    older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    older.commit()
    older.close()
    renewed = Store(path)
    assert [case.id for case in renewed.cases()] == [entry.id]
    (standing,) = renewed.regions(entry.id)
    np.testing.assert_array_equal(standing.mask, region.mask)
    renewed.close()
    now = sqlite3.connect(path)
    tables = now.execute("SELECT name FROM sqlite_schema").fetchall()
    now.close()
    assert {("regions",), ("changes",)} <= set(tables)
    assert ("scores",) not in tables


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"these are my notes, not a database" * 100)
    with pytest.raises(InvalidInput, match=r"ctviz\.db"):
        Store(path)
    assert path.read_bytes().startswith(b"these are my notes")


def test_a_database_of_another_program_is_refused_and_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="another program"):
        Store(path)
    assert path.read_bytes() == before


def test_a_database_of_a_newer_ctviz_is_refused(store, path):
    store.close()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    with pytest.raises(InvalidInput, match="newer ctviz"):
        Store(path)


def test_a_damaged_database_is_one_sentence(store, path, region):
    for number in range(200):
        store.add_case(CaseEntry(f"C-{number}", "P", "title " * 50, slices=1, shape=(2, 2)))
    store.close()
    content = bytearray(path.read_bytes())
    content[2000:] = b"\xaa" * (len(content) - 2000)
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="backup"):
        Store(path).cases()


def test_a_folder_in_place_of_the_file_is_one_sentence(path):
    path.mkdir(parents=True)
    with pytest.raises(StorageRefused, match="cannot be used"):
        Store(path)


def test_what_comes_after_the_end_is_refused_in_a_sentence(store, region):
    store.append_region(region)
    store.close()
    for late in (lambda: store.append_region(region), store.cases, store.bin.cases):
        with pytest.raises(StorageRefused, match="ctviz was ending"):
            late()
    store.close()
