"""The list is narrowed by how far the reader is, by a score and by a cell, all together."""

import numpy as np
import pytest

from ctviz.backend.tasks.predict import weights_of
from ctviz.core import Prediction
from ctviz.store import CaseEntry, Reading
from ctviz.ui.cases import gallery, narrowing
from ctviz.ui.session import ALL_ANSWERS, ALL_SCORES
from tests.backend.small_model import MODEL
from tests.ui.shown import shown
from tests.ui.test_pages import text_of

WITH, WITHOUT = "with contrast", "without contrast"
SCORES = {"C-1": (WITH, 0.95), "C-2": (WITH, 0.91), "C-3": (WITH, 0.2), "C-4": (None, 0.97)}


@pytest.fixture
def page(app, backend, monkeypatch):
    """The page with four classified cases of AB, who has skipped one, without their pixels."""
    weights = weights_of(backend.models()[MODEL])
    for case_id, (truth, score) in SCORES.items():
        backend.store.add_case(CaseEntry(case_id, "P-1", case_id, 3, (8, 8), truth=truth))
        answer = Prediction(MODEL, (WITHOUT, WITH), np.array([1 - score, score]))
        backend.store.put_prediction(case_id, 1, answer, weights=weights)
    backend.store.keep_reading(Reading("C-2", "AB", "skipped"))
    monkeypatch.setattr(gallery, "thumbnail_of", lambda _: np.zeros((4, 4)))
    app.run()
    app.session_state["ctviz"].reader = "AB"
    app.run()
    assert not app.exception
    return app


def listed(app):
    return set(app.session_state["ctviz"].browsing.shown)


def boxes(app):
    return {box.key.split(":")[2] for box in app.checkbox}


def choose(app, key, value):
    shown(app.selectbox, f"ctviz:{key}").select(value).run()
    assert not app.exception


def chips(app):
    return [button.label for button in app.button if button.key.startswith("ctviz:chosen")]


def test_cases_are_listed_by_how_far_the_reader_is(page):
    choose(page, "state", "skipped")
    assert listed(page) == boxes(page) == {"C-2"}
    choose(page, "state", "unread")
    assert listed(page) == {"C-1", "C-3", "C-4"}
    choose(page, "state", "done")
    assert listed(page) == set()
    assert "No case is in 'all' and 'done'." in text_of(page)
    choose(page, "state", "")
    assert listed(page) == set(SCORES)


def test_who_has_no_name_is_not_asked_how_far_they_are(page):
    page.session_state["ctviz"].browsing.state = "done"
    page.session_state["ctviz"].reader = ""
    page.run()
    assert not [box for box in page.selectbox if box.key.startswith("ctviz:state")]
    assert listed(page) == set(SCORES)


def test_scores_cells_search_and_state_narrow_together(page):
    shown(page.checkbox, "ctviz:select:C-1").check().run()
    choose(page, "score", 9)
    assert listed(page) == {"C-1", "C-2", "C-4"}
    assert page.session_state["ctviz"].browsing.selected == set()
    choose(page, "cell", (WITH, WITH))
    assert listed(page) == {"C-1", "C-2"}
    assert chips(page) == [
        f"probability of '{WITH}' 0.9 to 1.0",
        f"truth {WITH}, answer {WITH}",
    ]
    choose(page, "state", "unread")
    assert listed(page) == {"C-1"}
    shown(page.text_input, "ctviz:words").input("nothing").run()
    assert f"is in 'all' and 'unread' and 'probability of '{WITH}' 0.9 to 1.0' and" in text_of(page)


def test_what_was_chosen_is_removed_by_its_chip(page):
    choose(page, "score", 9)
    choose(page, "cell", (WITH, WITHOUT))
    assert listed(page) == set()
    for remaining in ({"C-3"}, set(SCORES)):
        next(
            button for button in page.button if button.key.startswith("ctviz:chosen")
        ).click().run()
        assert listed(page) == remaining
    assert chips(page) == []


def test_the_charts_count_what_the_other_filters_have_left(page):
    choose(page, "state", "unread")
    choose(page, "score", 2)
    assert listed(page) == {"C-3"}
    assert "Answers on 3 of 3 cases." in text_of(page)
    box = shown(page.selectbox, "ctviz:score")
    assert "0.9 to 1.0: 2 cases" in box.options
    assert shown(page.selectbox, "ctviz:cell").label == "True class and answer: 1 of 2 right"


def test_what_is_still_being_classified_is_said(page, backend, monkeypatch):
    known = backend.case_predictions(MODEL)
    monkeypatch.setattr(type(backend), "case_predictions", lambda *_: {"C-1": known["C-1"]})
    monkeypatch.setattr(type(backend), "unclassified", lambda *_: 3)
    page.run()
    assert "Answers on 1 of 4 cases; 3 still being classified." in text_of(page)


def test_a_click_chooses_and_another_on_the_same_takes_it_back(page, monkeypatch):
    state = page.session_state["ctviz"]
    monkeypatch.setattr(narrowing, "session", lambda: state)
    browsing = state.browsing
    narrowing._click_score(9)
    narrowing._click_cell((WITH, WITH))
    page.run()
    assert listed(page) == {"C-1", "C-2"}
    narrowing._click_score(9)
    narrowing._click_cell((WITH, WITH))
    assert (browsing.tenth, browsing.cell) == (ALL_SCORES, ALL_ANSWERS)
