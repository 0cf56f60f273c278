"""What a pane gets of its map's error bars, and when they are asked for."""

from dataclasses import replace

import pytest

from ctviz.backend import Question
from ctviz.estimators import ESTIMATORS
from ctviz.models import ModelCard
from ctviz.ui.compare import error_bars, page_jobs, panes
from ctviz.ui.compare import expected_seconds as expectations
from ctviz.ui.compare.comparison import ComparedMap, MapReading, compare
from ctviz.ui.compare.error_bars import ErrorBarsShown
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.compare.score_jobs import Held
from ctviz.ui.session import Session

GRADIENT = ESTIMATORS["gradient"]()
PLAIN = MapReading("absolute", "pixels")


@pytest.fixture
def session(monkeypatch):
    session = Session()
    for module in (page_jobs, expectations, panes):
        monkeypatch.setattr(module, "session", lambda: session)
    return session


@pytest.fixture
def question(backend, two_phantoms):
    image = backend.case(two_phantoms[0]).slice(1)
    return Question(image, next(iter(backend.models())), 0)


@pytest.fixture
def addresses(monkeypatch):
    monkeypatch.setattr(error_bars, "map_url", lambda key, part: f"/{part}/{key}")


def until_complete(question, reading, session):
    while True:
        holding = PageJobs()
        result = compare(holding, question, (GRADIENT,), reading, Held(None))
        holding.release_others()
        if not (result.pending or result.idle_checks):
            return result.compared[0]
        for job in session.page_jobs.values():
            job.result(120)


def test_error_bars_are_asked_for_when_the_reader_wants_them(session, question, addresses):
    assert until_complete(question, PLAIN, session).error_bars is None
    one = until_complete(question, replace(PLAIN, error_bars=True), session)
    bars, shown = one.error_bars.result(0), ErrorBarsShown.of(one.error_bars)
    assert shown.chance == bars.why
    assert shown.stronger == f"/stronger/{one.error_bars.key}"
    # Neither twins nor seeds: there is no interval to show.
    assert (shown.interval, shown.half_widths) == ("", "")


def test_what_is_not_there_yet_is_said():
    assert "when everything else is there" in ErrorBarsShown.of(None).chance
    assert ErrorBarsShown.of(None).stronger == ""


def test_masks_of_slices_seen_before_stay_as_long_as_the_switch_is_on(session, monkeypatch):
    wanted = True
    monkeypatch.setattr(panes, "wants_error_bars", lambda: wanted)
    one = ComparedMap(GRADIENT)
    session.case, session.slice = "C-1", 3
    card = ModelCard("small", "Small", "Which?", ("a", "b"), "resnet18")
    asked, otherwise = (panes.PaneModel(card, target) for target in (1, 0))
    assert panes._seen(one, asked, "stronger", "/a") == {3: "/a"}
    session.slice = 4
    assert panes._seen(one, asked, "stronger", "") == {3: "/a"}
    assert panes._seen(one, asked, "half-width", "/b") == {4: "/b"}
    assert panes._seen(one, otherwise, "stronger", "") == {}
    wanted = False
    assert panes._seen(one, asked, "stronger", "") == {}


def test_the_switch_stands_on_the_page_and_is_off(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "edges"
    app.run()
    (switch,) = [each for each in app.toggle if each.label == "Fade what chance would show"]
    assert switch.value is False
    switch.set_value(True).run()
    assert not app.exception
