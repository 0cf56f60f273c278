import shutil

import pytest

from ctviz.metrics import METRICS
from ctviz.ui.compare import look, orders
from ctviz.ui.session import Session
from ctviz.ui.viewer import BoardCommand, SliceChange


def test_without_a_model_cases_can_still_be_read(app, two_phantoms, tmp_path):
    shutil.rmtree(tmp_path / "models")
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert [note.value for note in app.info] == [
        "There is no model yet; Models says why. Cases can be read and drawn on."
    ]
    assert app.session_state["ctviz"].slice is not None


def test_damaged_weights_are_told_once_and_keep_nobody_from_reading(app, two_phantoms, tmp_path):
    (weights,) = (tmp_path / "models").rglob("weights.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert len(app.error) == 1
    assert "copy the whole folder again" in app.error[0].value


def test_a_link_that_names_an_estimator_twice_shows_it_once(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random,gradient,random"
    app.run()
    assert not app.exception
    assert app.session_state["ctviz"].estimators == ("random", "gradient")


def test_other_patients_are_looked_at_where_a_metric_asks(backend, two_phantoms):
    entry = backend.store.case(two_phantoms[0])
    region = backend.store.regions(entry.id)[0]
    corrected, plain = ([METRICS[name]()] for name in ("auroc-corrected", "auroc"))
    for chosen in (region.reader, f"{region.reader}: {region.label}"):
        held = look._held(entry, chosen, region.mask, corrected)
        assert held.prior.patients == 1
        assert held.prior.mean.any()
        assert not held.corrects
    assert look._held(entry, region.reader, region.mask, plain).prior is None
    assert look._held(entry, "", None, corrected).mask is None


@pytest.fixture
def session(monkeypatch):
    session = Session(case="C-1", slice=3, estimators=("gradient", "random"))
    monkeypatch.setattr(orders, "session", lambda: session)
    return session


def test_every_order_is_said_to_be_heard(session):
    orders.commanded(BoardCommand("view", sign="signed", unit="regions", order_id="p-1"))
    assert (session.sign, session.unit, session.heard) == ("signed", "regions", "p-1")
    orders.commanded(BoardCommand("refresh"))
    assert session.heard == "p-1"
    orders.commanded(BoardCommand("remove", "random", order_id="p-2"))
    assert (session.estimators, session.heard) == (("gradient",), "p-2")
    orders.scrolled(SliceChange("C-1", 5, "p-3"))
    assert (session.slice, session.heard) == (5, "p-3")


def test_scrolling_in_a_case_that_was_left_moves_nothing_but_is_heard(session):
    orders.scrolled(SliceChange("C-2", 5, "p-4"))
    assert (session.slice, session.heard) == (3, "p-4")
