"""What if: what is drawn is changed as one draws, kept, opened, renamed, deleted and undone."""

import io
import json
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from ctviz.core import Region
from ctviz.core.experiment import Edit, Experiment
from ctviz.edits import OPERATIONS
from ctviz.store import AuditEvent
from ctviz.ui.compare.what_if import experiments, panel
from ctviz.ui.session import Session, WhatIf
from tests.backend.small_model import MODEL

SLICE = 1


@pytest.fixture
def compare(app, backend, two_phantoms):
    """Compare with one quick map, and a reader who asks what if."""
    app.switch_page("pages/compare.py")
    app.query_params.update(case=two_phantoms[0], slice=str(SLICE), estimators="random")
    app.run()
    app.session_state["ctviz"].reader = "AB"
    app.session_state["ctviz"].what_if.open = True
    return settled(app)


def settled(app):
    """Run until nothing is awaited, as the browser asks again and again."""
    deadline = time.monotonic() + 120
    app.run()
    while time.monotonic() < deadline:
        assert not app.exception
        jobs = app.session_state["ctviz"].page_jobs.values()
        if all(job.done for job in jobs):
            return app.run()
        time.sleep(0.1)
        app.run()
    raise AssertionError("Something is still awaited.")


def said(app) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def key_of(elements, begins):
    (found,) = [one for one in elements if one.key and one.key.startswith(f"ctviz:{begins}")]
    return found


def state_of(app) -> WhatIf:
    return app.session_state["ctviz"].what_if


def answer_of(backend, case_id, edit):
    image = backend.case(case_id).slice(SLICE)
    before = backend.predict(image, MODEL).result(60)
    edited = backend.edited(image, edit).result(60)
    after = backend.predict(edited, MODEL).result(60)
    return before, after


def test_the_answer_stands_beside_that_of_the_original(compare, backend, two_phantoms):
    (region,) = backend.store.regions(two_phantoms[0], slice_index=SLICE)
    before, after = answer_of(backend, two_phantoms[0], Edit("cap", region.mask, {"limit": 45}))
    for name, was, is_ in zip(
        before.classes, before.probabilities, after.probabilities, strict=True
    ):
        cells = f"{was:.2f}", f"{is_:.2f}"
        marks = "**" if name == before.label else ""
        assert (
            f"| {marks}{name}{marks} | {marks}{cells[0]}{marks} | {marks}{cells[1]}{marks} |"
            in said(compare)
        )
    assert "in what is drawn." in said(compare)
    assert "| Random |" in said(compare)


def test_every_operation_can_be_chosen_and_set(compare, backend, two_phantoms):
    (region,) = backend.store.regions(two_phantoms[0], slice_index=SLICE)
    for name in OPERATIONS:
        key_of(compare.selectbox, "what-if:operation").select(name)
        settled(compare)
        assert OPERATIONS[name]().words in said(compare), name
    key_of(compare.number_input, "what-if:shift:by").set_value(-333)
    key_of(compare.number_input, "what-if:edge").set_value(0.0)
    settled(compare)
    assert "with what is drawn 333 HU darker." in said(compare)
    _, after = answer_of(backend, two_phantoms[0], Edit("shift", region.mask, {"by": -333}, 0.0))
    assert f"| {after.probabilities[1]:.2f} |".replace(" ", "") in said(compare).replace(
        " ", ""
    ).replace("*", "")


def test_what_was_drawn_last_is_what_is_changed(compare, backend, two_phantoms):
    shape = backend.store.case(two_phantoms[0]).shape
    for label, row in (("aorta", 30), ("spine", 60)):
        mask = np.zeros(shape, np.bool_)
        mask[row : row + 6, 40:50] = True
        backend.store.append_region(Region(two_phantoms[0], SLICE, "AB", label, mask))
    settled(compare)
    assert key_of(compare.selectbox, "what-if:region").value == "AB: spine"
    key_of(compare.selectbox, "what-if:region").select("AB: aorta")
    settled(compare)
    assert state_of(compare).region == "AB: aorta"


def test_with_nothing_drawn_the_reader_is_told_how(compare, backend, two_phantoms):
    (region,) = backend.store.regions(two_phantoms[0], slice_index=SLICE)
    backend.store.append_region(
        Region(region.case_id, SLICE, region.reader, region.label, region.mask & False)
    )
    settled(compare)
    assert "Nothing is drawn on this slice: draw around what you want to change" in said(compare)


def test_what_cannot_be_done_is_one_sentence(compare, backend, two_phantoms):
    whole = np.ones(backend.store.case(two_phantoms[0]).shape, np.bool_)
    backend.store.append_region(Region(two_phantoms[0], SLICE, "AB", "all", whole))
    settled(compare)
    assert "What is drawn covers the whole slice" in said(compare)


def test_other_places_are_tried_when_the_reader_asks(compare, backend):
    assert "other places of the body" not in said(compare)
    key_of(compare.button, "elsewhere").click()
    settled(compare)
    assert "The same change at 10 other places of the body" in said(compare)
    key_of(compare.number_input, "what-if:cap:limit").set_value(100)
    settled(compare)
    assert "other places of the body" not in said(compare)


def keep(app, title):
    key_of(app.text_input, "keep-name").set_value(title)
    (button,) = [one for one in app.button if one.label == "Keep this experiment"]
    button.click()
    return settled(app)


def kept(backend, case_id, **which):
    return [one.title for one in backend.store.experiments(case_id, **which)]


def press(app, label):
    (button,) = [one for one in app.button if one.label == label]
    button.click()
    return settled(app)


def test_a_try_is_kept_deleted_and_brought_back(compare, backend, two_phantoms):
    case_id = two_phantoms[0]
    keep(compare, "No contrast")
    (one,) = backend.store.experiments(case_id)
    assert (one.title, one.reader, one.model_id) == ("No contrast", "AB", MODEL)
    assert (one.slice_index, one.edit.operation) == (SLICE, "cap")
    assert state_of(compare).shown == one.id
    assert AuditEvent.EXPERIMENTED in [entry.event for entry in backend.store.audit()]

    press(compare, "Move to bin")
    assert kept(backend, case_id) == []
    assert kept(backend, case_id, binned=True) == ["No contrast"]
    assert "'No contrast' is in the bin." in said(compare)
    press(compare, "Undo")
    assert kept(backend, case_id) == ["No contrast"]

    key_of(compare.text_input, "rename-name").set_value("Without iodine")
    press(compare, "Save")
    assert kept(backend, case_id) == ["Without iodine"]


@pytest.fixture
def of_another(backend, two_phantoms) -> Experiment:
    """What CD kept on the first slice, of a model that is not here."""
    mask = np.zeros(backend.store.case(two_phantoms[0]).shape, np.bool_)
    mask[40:50, 40:50] = True
    edit = Edit("blur", mask, {"sigma_mm": 9.0})
    one = Experiment("x-cd", two_phantoms[0], 0, "CD", "lost", edit, "Blurred", "By eye.")
    backend.store.keep_experiment(one)
    return one


def test_anothers_experiment_is_opened_and_not_changed(compare, backend, of_another):
    settled(compare)
    key_of(compare.button, "experiment:x-cd").click()
    settled(compare)
    session = compare.session_state["ctviz"]
    assert (session.slice, session.what_if.shown) == (0, "x-cd")
    assert "with what is drawn blurred (9 mm)." in said(compare)
    assert "By eye." in said(compare)
    assert f"Kept with 'lost'; this is what '{MODEL}' says." in said(compare)
    assert not [one for one in compare.button if one.label == "Move to bin"]
    session.what_if.wish = replace(of_another, reader="AB", title="Mine")
    settled(compare)
    assert "This experiment belongs to 'CD'" in said(compare)
    assert kept(backend, of_another.case_id) == ["Blurred"]
    press(compare, "Back to what is drawn")
    assert session.what_if.shown == ""


def test_an_experiment_on_a_case_that_was_deleted_is_refused_in_a_sentence(
    compare, backend, two_phantoms, of_another
):
    backend.store.bin.put([two_phantoms[0]], "AB")
    compare.session_state["ctviz"].what_if.wish = replace(of_another, id="x-2", reader="AB")
    compare.run()
    assert not compare.exception
    assert "is in the bin; take it out before you experiment on it." in said(compare)


def test_nobody_who_has_not_said_a_name_keeps_anything(monkeypatch, two_phantoms, backend):
    session = Session(case=two_phantoms[0], slice=SLICE)
    monkeypatch.setattr(experiments, "session", lambda: session)
    entry, card = backend.store.case(two_phantoms[0]), backend.models()[MODEL]
    mask = np.ones(entry.shape, np.bool_)
    new = experiments.new_experiment(entry, card, Edit("cap", mask), "heart")
    assert (new.reader, new.title) == ("", "Take the contrast out: heart")


def test_what_is_taken_home_is_what_is_on_the_screen(compare, backend, two_phantoms, monkeypatch):
    made = {}
    monkeypatch.setattr(panel, "recorded", lambda name, make: made.setdefault(name, make))
    settled(compare)
    ((name, make),) = made.items()
    with zipfile.ZipFile(io.BytesIO(make())) as archive:
        numbers = json.loads(archive.read(name.replace(".zip", ".json")))
    assert numbers["sentence"].replace("→", "") in said(compare).replace("→", "")
    assert (numbers["case"], numbers["slice"]) == (two_phantoms[0], SLICE + 1)
