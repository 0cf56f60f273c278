"""An edited slice is a slice like any other: made once, asked once, kept on disk."""

from dataclasses import replace

import numpy as np
import pytest

from ctviz.backend import Backend, Question
from ctviz.core import Cancelled, InvalidInput, InvalidParameter, UnknownName
from ctviz.core.experiment import Edit
from ctviz.edits import apply, elsewhere
from tests.backend.small_model import MODEL


@pytest.fixture
def edit(vessel) -> Edit:
    return Edit("set-hu", vessel, {"value": 45}, 1.0)


def test_it_is_the_pure_functions_slice_with_its_geometry(backend, image, edit):
    placed = replace(image, orientation=(1, 0, 0, 0, 1, 0), position_mm=(-4.0, 5.5, 6.0))
    made = backend.edited(placed, edit).result(60)
    expected = apply(edit, placed)
    assert made.digest == expected.digest
    for field in ("spacing_mm", "orientation", "position_mm", "calibrated"):
        assert getattr(made, field) == getattr(expected, field)


def test_its_pixels_can_be_fetched_by_the_jobs_key(backend, image, edit):
    job = backend.edited(image, edit)
    np.testing.assert_array_equal(job.result(60).hounsfield, backend.map_values(job.key))


def test_the_answer_is_computed_once_for_all_processes(backend, settings, image, edit, watch):
    edited = backend.edited(image, edit).result(60)
    first = backend.predict(edited, MODEL).result(60)
    seen = watch.images
    another = Backend(settings)
    again = another.edited(image, edit)
    assert again.done
    answer = another.predict(again.result(0), MODEL)
    assert answer.done
    np.testing.assert_array_equal(answer.result(0).probabilities, first.probabilities)
    assert watch.images == seen
    another.close()


def test_an_edit_that_does_nothing_costs_no_pass(backend, image, vessel, watch):
    before = backend.predict(image, MODEL).result(60)
    seen = watch.images
    same = backend.edited(image, Edit("shift", vessel, {"by": 0})).result(60)
    np.testing.assert_array_equal(
        backend.predict(same, MODEL).result(60).probabilities, before.probabilities
    )
    assert watch.images == seen


def test_other_settings_another_edge_and_another_place_are_other_slices(backend, image, vessel):
    edits = [
        Edit("set-hu", vessel, {"value": 45}),
        Edit("set-hu", vessel, {"value": 46}),
        Edit("set-mean", vessel, {"value": 45}),
        Edit("set-hu", vessel, {"value": 45}, 3.0),
        Edit("set-hu", np.roll(vessel, 1, axis=0), {"value": 45}),
    ]
    jobs = [backend.edited(image, edit) for edit in edits]
    moved = backend.edited(replace(image, position_mm=(0.0, 0.0, 5.0)), edits[0])
    assert len({job.key for job in [*jobs, moved]}) == 6
    # What is the default need not be said.
    assert backend.edited(image, Edit("set-hu", vessel)).key == jobs[0].key


def test_elsewhere_the_model_is_asked_of_each_place_and_remembered(backend, settings, image, edit):
    edited = backend.edited(image, edit).result(60)
    question = Question(image, MODEL, 1)
    found = backend.elsewhere(question, edited, places=4, seed=3).result(60)
    model = backend.classifier(MODEL)
    expected = [
        model.predict(one).probabilities for one in elsewhere(image, edited, count=4, seed=3)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    another = Backend(settings)
    assert another.elsewhere(question, edited, places=4, seed=3).state == "ready"
    assert another.elsewhere(question, edited, places=4, seed=4).state != "ready"
    another.close()


def test_elsewhere_can_be_cancelled(backend, image, edit, watch):
    edited = backend.edited(image, edit).result(60)
    watch.gate.clear()
    watch.reached.clear()
    job = backend.elsewhere(Question(image, MODEL, 1), edited, places=50)
    assert watch.reached.wait(60)
    job.cancel()
    watch.gate.set()
    with pytest.raises(Cancelled):
        job.result(60)
    assert backend.predict(edited, MODEL).result(60).probabilities.shape == (2,)


def test_what_cannot_be_done_is_said_in_a_sentence(backend, image, vessel):
    nothing = backend.edited(image, Edit("cap", vessel & False))
    with pytest.raises(InvalidInput, match="Nothing is drawn here"):
        nothing.result(60)
    with pytest.raises(UnknownName, match="No operation is called 'paint'"):
        backend.edited(image, Edit("paint", vessel))
    with pytest.raises(InvalidParameter, match="'by' must be of type int"):
        backend.edited(image, Edit("shift", vessel, {"by": "much"}))
    with pytest.raises(UnknownName, match="No model is called 'other'"):
        backend.elsewhere(Question(image, "other", 1), image)
    same = backend.elsewhere(Question(image, MODEL, 1), image)
    with pytest.raises(InvalidInput, match="changes nothing"):
        same.result(60)
