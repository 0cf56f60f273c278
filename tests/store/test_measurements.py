"""Measurements belong to case, slice and reader; only the latest of each stands."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np
import pytest

from ctviz.core import InvalidInput
from ctviz.core.measurement import Measurement, Point
from ctviz.store import DrawnChange, Store

RULER = Measurement("ruler", 1, (Point(2, 3), Point(8.25, 11)))
MOVED = Measurement("ruler", 1, (Point(2, 3), Point(8.25, 12)))
ANGLE = Measurement("angle", 2, (Point(0, 0), Point(24, 16), Point(24, 0)))
LATER = datetime.now(UTC) + timedelta(days=31)

numbers = count()


def change(entry, edits, *, reader="AB", slices=None):
    return DrawnChange(f"page-{next(numbers)}", entry.id, reader, ["heart"], slices or {}, edits)


def rows(path):
    with sqlite3.connect(path) as file:
        return file.execute("SELECT name, kind, slice_index, points FROM measurements").fetchall()


def test_they_are_those_of_one_reader_on_one_case_and_outlive_the_process(store, path, entry):
    store.change_regions(change(entry, {"m-1": (None, RULER), "m-2": (None, ANGLE)}))
    store.change_regions(change(entry, {"m-1": (None, ANGLE)}, reader="CD"))
    store.close()
    again = Store(path)
    assert again.measurements(entry.id, "AB") == {"m-1": RULER, "m-2": ANGLE}
    assert again.measurements(entry.id, "CD") == {"m-1": ANGLE}
    assert again.measurements("C-nowhere", "AB") == {}
    again.close()


def test_one_that_is_moved_and_removed_stays_in_the_history(store, path, entry):
    for edit in ((None, RULER), (RULER, MOVED), (MOVED, None), (None, RULER)):
        store.change_regions(change(entry, {"m-1": edit}))
        standing = {} if edit[1] is None else {"m-1": edit[1]}
        assert store.measurements(entry.id, "AB") == standing
    assert [points != "[]" for *_, points in rows(path)] == [True, True, False, True]


def test_a_letter_that_comes_again_changes_nothing(store, path, entry):
    laid = change(entry, {"m-1": (None, RULER)})
    store.change_regions(laid)
    store.change_regions(change(entry, {"m-1": (RULER, None)}))
    store.change_regions(laid)
    assert store.measurements(entry.id, "AB") == {}
    assert len(rows(path)) == 2


def test_what_was_moved_elsewhere_is_not_removed_and_the_later_of_two_moves_stands(store, entry):
    store.change_regions(change(entry, {"m-1": (None, RULER)}))
    store.change_regions(change(entry, {"m-1": (RULER, MOVED)}))
    store.change_regions(change(entry, {"m-1": (RULER, None)}))
    assert store.measurements(entry.id, "AB") == {"m-1": MOVED}
    other = Measurement("ruler", 1, (Point(0, 0), Point(1, 1)))
    store.change_regions(change(entry, {"m-1": (RULER, other)}))
    assert store.measurements(entry.id, "AB") == {"m-1": other}


def test_a_stroke_and_a_measurement_of_one_letter_are_both_kept_or_neither(store, entry):
    before = np.zeros(entry.shape, np.uint8)
    after = np.ones_like(before)
    outside = Measurement("ruler", 1, (Point(0, 0), Point(25, 1)))
    for wrong in (outside, Measurement("ruler", 3, RULER.points)):
        letter = change(entry, {"m-1": (None, wrong)}, slices={1: (before, after)})
        with pytest.raises(InvalidInput, match="lies outside of the case 'C-00000001'"):
            store.change_regions(letter)
    assert store.regions(entry.id) == []
    store.change_regions(change(entry, {"m-1": (None, RULER)}, slices={1: (before, after)}))
    assert len(store.regions(entry.id)) == len(store.measurements(entry.id, "AB")) == 1


def test_they_go_with_their_case_and_not_before(store, path, entry):
    store.change_regions(change(entry, {"m-1": (None, RULER)}))
    store.bin.put([entry.id], "AB")
    assert store.measurements(entry.id, "AB") == {"m-1": RULER}
    file = sqlite3.connect(path)
    for statement in ("DELETE FROM measurements", "UPDATE measurements SET points = '[]'"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
            file.execute(statement)
    file.close()
    store.bin.empty(LATER, "the bin")
    assert rows(path) == []
