from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from ctviz.core import InvalidInput, StorageRefused
from ctviz.core.measurement import Measurement, Point
from ctviz.ui.compare import drawings
from ctviz.ui.session import Session
from ctviz.ui.viewer import DrawingChange, decode_runs, encode_runs
from ctviz.ui.viewer.contract import MeasurementEdit, SliceEdit
from tests.store.history import history

numbers = count()


@pytest.fixture
def tab(monkeypatch):
    """A browser tab's session, which the next calls belong to."""

    def open_tab(reader="AB"):
        session = Session(reader=reader)
        monkeypatch.setattr(drawings, "session", lambda: session)
        return session

    return open_tab


@pytest.fixture
def case(backend, two_phantoms):
    return backend.store.case(two_phantoms[0])


def image_of(case, *places, label=1):
    image = np.zeros(case.shape, np.uint8)
    for place in places:
        image[place] = label
    return image


def change_of(case, before, after, *, slice_index=0, labels=("heart",)):
    edit = SliceEdit(encode_runs(before), encode_runs(after))
    return DrawingChange(f"page-{next(numbers)}", case.id, "AB", labels, {slice_index: edit})


def drawn(case, place, *, slice_index=0, labels=("heart",)):
    after = image_of(case, place, label=len(labels))
    return change_of(case, image_of(case), after, slice_index=slice_index, labels=labels)


def standing(case, slice_index=0):
    runs = drawings.drawing_of(case, "AB").slices.get(slice_index, [])
    return decode_runs(list(runs), case.shape) > 0


HERE, THERE = np.s_[3:5, 3:9], np.s_[6:8, 3:9]


def test_a_stroke_that_is_sent_twice_is_kept_once(tab, case, backend):
    session, stroke = tab(), drawn(case, HERE)
    for _ in range(2):
        drawings.keep(stroke)
    assert len(history(backend.store, case.id, "AB")) == 1
    assert stroke.id in session.acknowledged


def test_strokes_of_two_tabs_on_one_slice_are_both_kept_and_it_is_said(tab, case):
    first = tab()
    drawings.keep_or_say(drawn(case, HERE))
    second = tab()
    drawings.keep_or_say(drawn(case, THERE))
    np.testing.assert_array_equal(standing(case), image_of(case, HERE, THERE) > 0)
    assert first.met == ""
    assert "'AB' drew elsewhere on slice 1" in second.met


def test_what_one_tab_erases_stays_erased_and_what_the_other_drew_stays(tab, case):
    tab()
    drawings.keep(drawn(case, HERE))
    drawings.keep(change_of(case, image_of(case, HERE), image_of(case, HERE, THERE)))
    drawings.keep(change_of(case, image_of(case, HERE), image_of(case)))
    np.testing.assert_array_equal(standing(case), image_of(case, THERE) > 0)


def test_pixels_that_both_changed_are_counted_and_stay_drawn(tab, case, backend):
    session, labels = tab(), ("heart", "lung")
    heart, lung = image_of(case, HERE), image_of(case, HERE, label=2)
    drawings.keep_or_say(change_of(case, image_of(case), heart, labels=labels))
    drawings.keep_or_say(change_of(case, heart, lung, labels=labels))
    drawings.keep_or_say(change_of(case, heart, image_of(case), labels=labels))
    assert "12 pixels were drawn differently" in session.met
    (region,) = backend.store.regions(case.id, "AB")
    assert (region.label, int(region.mask.sum())) == ("lung", 12)


def test_labels_can_be_compared_with_one_by_one_and_together(tab, case):
    tab()
    change = drawn(case, HERE, labels=("heart", "lung"))
    change.slices[0].after.extend([20 * case.shape[1], 5, 1])
    drawings.keep(change)
    found = drawings.reference_regions(case.id, 0, "AB")
    assert list(found)[:3] == ["AB", "AB: heart", "AB: lung"]
    assert (found["AB"] == found["AB: heart"] | found["AB: lung"]).all()


def test_a_cleared_slice_is_no_yardstick_but_stays_in_the_history(tab, case, backend):
    tab()
    drawings.keep(drawn(case, HERE))
    drawings.keep(change_of(case, image_of(case, HERE), image_of(case)))
    assert "AB" not in drawings.reference_regions(case.id, 0, "AB")
    assert len(history(backend.store, case.id, "AB")) == 2


def test_a_measurement_is_kept_with_the_strokes_of_its_letter_and_shown_again(tab, case):
    session = tab()
    ruler = Measurement("ruler", 0, (Point(1, 2), Point(3, 4)))
    stroke = drawn(case, HERE)
    letter = replace(stroke, measurements={"m-1": MeasurementEdit(None, ruler)})
    drawings.keep_or_say(letter)
    shown = drawings.drawing_of(case, "AB")
    assert shown.measurements == {"m-1": ruler}
    assert list(shown.slices) == [0]
    assert drawings.drawing_of(case, "CD").measurements == {}
    assert letter.id in session.acknowledged
    # Another reader sees it beside the region, and nothing of it without.
    assert drawings.reference_of(case, "AB").measurements == (ruler,)
    drawings.keep_or_say(change_of(case, image_of(case, HERE), image_of(case)))
    assert drawings.reference_of(case, "AB") is None
    beyond = replace(ruler, slice_index=case.slices)
    refused = replace(letter, id="page-x", measurements={"m-2": MeasurementEdit(None, beyond)})
    drawings.keep_or_say(refused)
    assert "lies outside of the case" in session.refused["page-x"]


def test_nobody_draws_in_another_readers_name(tab, case, backend):
    session, stroke = tab(reader="CD"), drawn(case, HERE)
    with pytest.raises(InvalidInput, match="belongs to 'AB'"):
        drawings.keep(stroke)
    drawings.keep_or_say(stroke)
    assert "belongs to 'AB'" in session.refused[stroke.id]
    assert not backend.store.regions(case.id, "AB")


def test_a_stroke_that_comes_after_the_reader_changed_is_still_its_drawers(tab, case, backend):
    session = tab()
    drawings.drawing_of(case, "AB")
    session.reader = "CD"
    drawings.keep(drawn(case, HERE))
    assert backend.store.readers(case.id)[0] == "AB"


def test_what_the_store_refuses_is_said_and_not_acknowledged(tab, case, backend, monkeypatch):
    session, stroke = tab(), drawn(case, HERE)

    def full(_):
        raise StorageRefused("The disk is full.")

    with monkeypatch.context() as change:
        change.setattr(backend.store, "change_regions", full)
        drawings.keep_or_say(stroke)
    assert session.refused == {stroke.id: "The disk is full."}
    assert (list(session.acknowledged), session.saved) == ([], None)
    drawings.keep_or_say(stroke)
    assert session.refused == {}
    assert list(session.acknowledged) == [stroke.id]


def test_a_stroke_over_many_slices_is_kept_as_a_whole_or_not_at_all(tab, case):
    tab()
    edits = {
        slice_index: SliceEdit([], encode_runs(image_of(case, HERE)))
        for slice_index in range(case.slices)
    }
    broken = edits | {case.slices - 1: SliceEdit([], [case.shape[0] * case.shape[1], 3, 1])}
    with pytest.raises(InvalidInput, match="beyond the slice"):
        drawings.keep(DrawingChange("page-half", case.id, "AB", ("heart",), broken))
    assert not any(standing(case, slice_index).any() for slice_index in range(case.slices))
    drawings.keep(DrawingChange("page-whole", case.id, "AB", ("heart",), edits))
    assert all(standing(case, slice_index)[HERE].all() for slice_index in range(case.slices))
