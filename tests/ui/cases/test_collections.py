"""Own cases, the demo and phantoms made for studies live apart, on Cases and on the way."""

import numpy as np
import pytest

from ctviz.backend import Imported
from ctviz.backend.cases.demo import DEMO, DEMO_STUDY, MARKED_DEMO
from ctviz.backend.jobs.job import ready
from ctviz.store import CaseEntry
from ctviz.ui.cases import bin as case_bin
from ctviz.ui.cases import gallery
from ctviz.ui.cases.bin import BIN
from ctviz.ui.cases.collections import with_own_first
from ctviz.ui.compare import reading
from ctviz.ui.session import Session
from tests.ui.shown import shown
from tests.ui.test_pages import text_of

SOURCES = {
    "C-1": DEMO_STUDY,
    "C-2": DEMO,
    "C-3": "dicom",
    "C-4": MARKED_DEMO,
    "C-5": "nifti",
    "C-6": DEMO,
}


def keep(backend, *case_ids):
    for case_id in case_ids:
        entry = CaseEntry(case_id, "P-1", case_id, 3, (8, 8), source=SOURCES[case_id])
        backend.store.add_case(entry)


@pytest.fixture
def page(app, backend, monkeypatch):
    """The page with cases of every kind, without their pixels."""
    keep(backend, *SOURCES)
    monkeypatch.setattr(type(backend), "case_predictions", lambda *_: {})
    for shows in (gallery, case_bin):
        monkeypatch.setattr(shows, "thumbnail_of", lambda _: np.zeros((4, 4)))
    app.run()
    assert not app.exception
    return app


def listed(app):
    return {box.key.split(":")[2] for box in app.checkbox}


def browsing(app):
    return app.session_state["ctviz"].browsing


def choose(app, name):
    shown(app.segmented_control, "ctviz:collection").select(name).run()
    assert not app.exception


def test_own_cases_are_listed_first_and_each_collection_is_counted(page):
    offered = shown(page.segmented_control, "ctviz:collection").options
    assert offered == ["Own cases (2)", "Demo (2)", "Study phantoms (2)"]
    assert listed(page) == set(browsing(page).shown) == {"C-3", "C-5"}
    choose(page, "Demo (2)")
    assert listed(page) == {"C-2", "C-6"}
    choose(page, "Study phantoms (2)")
    assert listed(page) == set(browsing(page).shown) == {"C-1", "C-4"}


def test_another_collection_begins_at_its_first_page_with_nothing_selected(page):
    shown(page.checkbox, "ctviz:select:C-3").check().run()
    browsing(page).page = 7
    choose(page, "Demo (2)")
    assert (browsing(page).selected, browsing(page).page) == (set(), 0)


def test_a_collection_is_left_when_its_last_case_goes(page, backend):
    choose(page, "Demo (2)")
    backend.store.bin.put(["C-2", "C-6"], "AB")
    page.run()
    assert listed(page) == {"C-3", "C-5"}


def test_a_collection_is_looked_at_from_the_bin(page, backend):
    backend.store.bin.put(["C-6"], "AB")
    browsing(page).which = BIN
    page.run()
    assert listed(page) == {"C-6"}
    choose(page, "Demo (1)")
    assert listed(page) == {"C-2"}


def test_cases_of_one_kind_need_no_choice(app, backend, monkeypatch):
    keep(backend, "C-2", "C-6")
    monkeypatch.setattr(gallery, "thumbnail_of", lambda _: np.zeros((4, 4)))
    app.run()
    assert "**2 cases**" in text_of(app)
    assert not [each for each in app.segmented_control if "collection" in each.key]


def test_what_was_brought_in_is_listed(page):
    choose(page, "Demo (2)")
    page.session_state["ctviz"].intake = ready("import", Imported(("C-5",)))
    page.run()
    assert listed(page) == {"C-3", "C-5"}
    choose(page, "Demo (2)")
    assert listed(page) == {"C-2", "C-6"}


def test_the_way_stays_in_a_collection_and_own_cases_come_first(backend, monkeypatch):
    keep(backend, *SOURCES)
    state, entries = Session(), {entry.id: entry for entry in backend.cases()}
    monkeypatch.setattr(reading, "session", lambda: state)
    state.browsing.shown = ("C-5", "C-3")
    assert reading.way(entries.values(), entries["C-3"]) == ("C-5", "C-3")
    assert reading.way(entries.values(), entries["C-2"]) == ("C-2", "C-6")
    assert [entry.id for entry in with_own_first(entries.values())] == [
        *("C-3", "C-5", "C-2", "C-6", "C-1", "C-4")
    ]
