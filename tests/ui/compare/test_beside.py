"""Another case beside the one that is read."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from ctviz.core.acquisition import Acquisition
from ctviz.ui.compare import beside as beside_room
from ctviz.ui.compare import case_view, orders
from ctviz.ui.compare.beside import beside
from ctviz.ui.session import Session
from ctviz.ui.viewer import BESIDE

SPACE = Acquisition(space="F-0123abcd")


@pytest.fixture
def session(monkeypatch):
    session = Session(reader="AB")
    for room in (beside_room, orders):
        monkeypatch.setattr(room, "session", lambda: session)
    monkeypatch.setattr(beside_room, "record_once", lambda *_: None)
    monkeypatch.setattr(case_view, "pixels_url", lambda case_id: f"/{case_id}/{{k}}")
    return session


@pytest.fixture
def opened(backend, two_phantoms, session):
    """An entry and its case, and the id of another one."""
    here, there = two_phantoms
    return SimpleNamespace(entry=backend.store.case(here), case=backend.case(here), other=there)


def test_another_case_is_shown_with_where_it_is_and_how_its_slices_lie(opened, session):
    session.beside = opened.other
    shown = beside(opened.entry, opened.case)
    assert shown.case.id == opened.other
    assert shown.case.pixels == f"/{opened.other}/{{k}}"
    assert len(shown.case.stack.depths_mm) == shown.case.count == 3
    assert shown.title.startswith(f"{opened.other} · ")


def test_only_scans_of_one_coordinate_system_are_laid_over_each_other(opened, session, backend):
    other = backend.case(opened.other)
    alike = [replace(case, acquisition=SPACE) for case in (opened.case, other)]
    assert beside_room._offset(opened.case, other) is None
    assert beside_room._offset(alike[0], other) is None
    assert len(beside_room._offset(*alike)) == 3
    session.beside = opened.entry.id
    assert beside(opened.entry, opened.case).offset_mm == (0, 0, 0)


@pytest.mark.parametrize("gone", ["", "C-00000000", "../../etc"])
def test_a_case_that_is_not_there_is_not_shown(opened, session, gone):
    session.beside = gone
    assert beside(opened.entry, opened.case) is None


def test_the_board_takes_it_away_and_leaves_estimators_alone(session):
    session.beside, session.estimators = "C-0123abcd", ("gradient", "random")
    orders._remove(BESIDE)
    assert (session.beside, session.estimators) == ("", ("gradient", "random"))
    orders._remove("random")
    assert session.estimators == ("gradient",)
