"""Why one class rather than another is asked on Compare, and stands in the address."""

import time

import pytest

from ctviz.models import ModelCard, new_classifier, save_model
from tests.backend.small_model import MODEL
from tests.ui.test_pages import text_of

CLASSES = ("nodule", "effusion", "mass")


@pytest.fixture
def compare(app, backend, two_phantoms):
    """Return what opens Compare with a model, and waits for the model's answer."""
    card = ModelCard(
        "three", "Three", "Which?", CLASSES, "resnet18", {"width": 8}, 3, True, size=(32, 32),
        window=(50.0, 400.0),
    )  # fmt: skip
    save_model(backend.settings.models / "three", new_classifier(card))

    def opened(**link):
        app.switch_page("pages/compare.py")
        for name, value in {"case": two_phantoms[0], "estimators": "random", **link}.items():
            app.query_params[name] = value
        app.run()
        deadline = time.monotonic() + 60
        while not any(box.key == "ctviz:target" for box in app.selectbox):
            assert time.monotonic() < deadline
            app.run()
        return app

    return opened


def other_of(app):
    return app.selectbox(key="ctviz:rather-than")


def test_a_class_is_explained_rather_than_another_until_none_is_chosen(compare):
    app = compare(model="three", target="2")
    session = app.session_state["ctviz"]
    assert other_of(app).options == [
        "rather than …",
        "rather than: nodule",
        "rather than: effusion",
    ]
    other_of(app).set_value(0).run()
    assert not app.exception
    assert (session.target, session.rather_than) == (2, 0)
    assert app.query_params["rather_than"] == "0"
    assert "speaks more for 'mass' than for 'nodule'" in text_of(app)
    other_of(app).set_value(-1).run()
    assert session.rather_than is None
    assert "rather_than" not in app.query_params
    assert "speaks more for" not in text_of(app)


def test_a_link_asks_for_a_contrast_and_nonsense_for_none(compare):
    app = compare(model="three", target="2", rather_than="1")
    assert other_of(app).value == 1
    app.query_params["rather_than"] = "7"
    app.run()
    assert not app.exception
    assert app.session_state["ctviz"].rather_than is None


def test_a_class_is_not_explained_rather_than_itself(compare):
    app = compare(model="three", target="2", rather_than="2")
    assert not app.exception
    assert other_of(app).value == -1
    assert "rather than: mass" not in other_of(app).options


def test_a_model_of_one_output_is_not_asked_why_not_the_other(compare):
    app = compare(model=MODEL, target="1", rather_than="0")
    assert not app.exception
    assert not [box for box in app.selectbox if box.key == "ctviz:rather-than"]
    assert app.session_state["ctviz"].rather_than is None
