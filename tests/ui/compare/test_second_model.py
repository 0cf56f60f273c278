"""A second model beside the first: the same slice and estimators, and how far both are apart."""

import time
from dataclasses import replace

import pytest

from ctviz.models import new_classifier, read_card, save_model
from ctviz.ui.compare import orders
from ctviz.ui.session import Session
from ctviz.ui.viewer import BoardCommand
from tests.backend.small_model import MODEL
from tests.ui.compare.test_mail import Tab, case

__all__ = ["case"]

OTHER = "other-test"


@pytest.fixture
def other(backend, tmp_path):
    """Add a model with the same classes in another order."""
    card = replace(
        read_card(tmp_path / "models" / MODEL),
        id=OTHER,
        title="Another network",
        classes=("with contrast", "without contrast"),
    )
    save_model(tmp_path / "models" / OTHER, new_classifier(card, seed=5))
    return card


@pytest.fixture
def told(backend, case, other):
    """What the board is told when all maps and scores of both models are there."""
    tab = Tab(backend, case)
    tab.session.second, tab.session.target = OTHER, 1
    return settled(tab)


def settled(tab):
    deadline = time.monotonic() + 120
    while (told := tab.order("command", kind="refresh"))["busy"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return told


def test_each_estimator_has_three_panes_side_by_side(told):
    assert told["abreast"] == 3
    assert [pane["id"] for pane in told["panes"]] == [
        f"{name}{ending}"
        for name in ("gradient", "random")
        for ending in ("", "@second", "@difference")
    ]
    first, second, apart = told["panes"][:3]
    assert [pane["model"] for pane in (first, second, apart)] == ["A", "B", "A − B"]
    assert [pane["modelTitle"] for pane in (first, second)] == [
        "A small untrained network",
        "Another network",
    ]
    assert apart["apart"] == [first["id"], second["id"]]
    assert (first["apart"], second["apart"], apart["maps"]) == ([], [], {})
    assert {pane["title"] for pane in (first, second, apart)} == {"Gradient"}


def test_each_has_a_map_of_its_own_model(told):
    first, second = told["panes"][:2]
    assert first["maps"].keys() == second["maps"].keys() == {"0"}
    assert first["maps"]["0"].split("?")[0] != second["maps"]["0"].split("?")[0]


def test_both_answer_and_explain_the_class_of_one_name(told):
    ours, theirs = told["answer"], told["secondAnswer"]
    assert ours["text"].startswith("A A small untrained network: without contrast 0.")
    assert theirs["text"].startswith("B Another network: with contrast 0.")
    assert ours["explained"].startswith("Explained: with contrast")
    assert theirs["explained"].startswith("Explained: with contrast")


def test_the_difference_of_their_scores_is_the_firsts_minus_the_seconds(told):
    first, second, apart = (pane["scores"] for pane in told["panes"][:3])
    (place,) = [place for place, score in enumerate(first) if score["id"] == "fidelity"]
    a, b, difference = (
        float(scores[place]["text"].replace("−", "-")) for scores in (first, second, apart)
    )
    assert difference == pytest.approx(a - b, abs=0.011)
    assert f"A {first[place]['text']}, B {second[place]['text']}" in apart[place]["help"]


def test_what_is_taken_home_names_both(told):
    caption = " ".join(told["caption"])
    assert "A small untrained network (small-test)" in caption
    assert "Another network (other-test)" in caption


def test_a_class_that_the_second_does_not_know_leaves_its_answer(backend, case, other, tmp_path):
    card = replace(other, classes=("lesion", "no lesion"))
    save_model(tmp_path / "models" / OTHER, new_classifier(card, seed=5))
    tab = Tab(backend, case)
    tab.session.second, tab.session.target = OTHER, 1
    told = settled(tab)
    assert told["secondAnswer"]["explained"].endswith(", the answer.")


@pytest.mark.parametrize("second", ["", MODEL, "gone"])
def test_without_a_second_model_there_is_one(backend, case, second):
    tab = Tab(backend, case)
    tab.session.second = second
    told = settled(tab)
    assert (told["abreast"], told["secondAnswer"]) == (1, None)
    assert [pane["id"] for pane in told["panes"]] == ["gradient", "random"]
    assert {pane["model"] for pane in told["panes"]} == {""}


def test_damaged_weights_of_the_second_leave_the_first_as_it_is(backend, case, other, tmp_path):
    weights = tmp_path / "models" / OTHER / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    tab = Tab(backend, case)
    tab.session.second = OTHER
    told = settled(tab)
    assert "copy the whole folder again" in told["secondAnswer"]["explained"]
    assert [pane["id"] for pane in told["panes"]] == ["gradient", "random"]
    assert told["abreast"] == 1


def test_the_address_holds_it(app, two_phantoms, other):
    app.switch_page("pages/compare.py")
    app.query_params["second"] = OTHER
    app.run()
    assert not app.exception
    assert app.session_state["ctviz"].second == OTHER
    assert app.query_params["second"] == OTHER


def test_its_cross_takes_the_second_model_away_and_no_estimator(monkeypatch):
    session = Session(case="C-1", estimators=("gradient",), second=OTHER)
    monkeypatch.setattr(orders, "session", lambda: session)
    orders.commanded(BoardCommand("remove", "gradient@second"))
    assert (session.second, session.estimators) == ("", ("gradient",))


def test_a_map_is_cancelled_of_the_model_whose_pane_it_is(monkeypatch):
    from ctviz.estimators import ESTIMATORS

    gradient = ESTIMATORS["gradient"]()
    session = Session(case="C-1", model=MODEL, second=OTHER)
    session.page_jobs = {("map", "digest", model, 1, gradient): None for model in (MODEL, OTHER)}
    monkeypatch.setattr(orders, "session", lambda: session)
    assert [place[2] for place in orders._places_of("gradient")] == [MODEL]
    assert [place[2] for place in orders._places_of("gradient@second")] == [OTHER]
    session.second = ""
    assert [place[2] for place in orders._places_of("gradient")] == [MODEL, OTHER]


def test_one_class_rather_than_another_is_asked_of_both_by_their_names(backend, case, tmp_path):
    classes = ("cyst", "abscess", "tumour")
    for name, order in (("three", classes), ("three-again", classes[::-1])):
        card = read_card(tmp_path / "models" / MODEL)
        card = replace(card, id=name, title=name, classes=order, neurons=3)
        save_model(tmp_path / "models" / name, new_classifier(card, seed=5))
    tab = Tab(backend, case)
    tab.session.model, tab.session.second = "three", "three-again"
    tab.session.target, tab.session.rather_than = 0, 1
    told = settled(tab)
    said = [told[answer]["explained"] for answer in ("answer", "secondAnswer")]
    assert said == ["Explained: cyst rather than abscess."] * 2
