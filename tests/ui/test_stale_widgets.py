"""A browser that has not heard of a new value yet must not bring the old one back."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def chooser() -> None:
    import streamlit as st

    from ctviz.ui.session import mirror, session, value_of, widget

    state, key = session(), widget("model")
    state.model = state.model or "one"

    def turn() -> None:
        state.model, state.slice = str(value_of(key)), None

    def next_one() -> None:
        state.model, state.slice = "two", 7

    st.selectbox("Model", ["one", "two", "three"], **mirror(key, state.model, turn))
    st.button("Next", on_click=next_one)


def form() -> None:
    import streamlit as st

    from ctviz.ui.session import begin, let_show, shown_as, value_of, widget

    key, box = widget("names"), widget("tick")

    def fill() -> None:
        let_show(key, ["two"])
        let_show(box, value=True)

    if value_of(key) is None:
        let_show(key, ["one"])
    st.pills(
        "Names",
        ["one", "two"],
        selection_mode="multi",
        key=shown_as(key),
        persist_state="session",
    )
    st.checkbox("Tick", key=begin(box, value=False))
    st.button("Fill", on_click=fill)


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch) -> Callable[[AppTest, str], AppTest]:
    """Press a button of an app, after which a request arrives that the browser sent before it."""

    def press(app: AppTest, button: str) -> AppTest:
        before: Any = app._tree.get_widget_states()
        app.button[0].click().run()
        assert app.button[0].label == button
        return app._run(before)

    return press


def test_a_choice_that_the_page_has_changed_stays_changed(stale):
    app = stale(AppTest.from_function(chooser).run(), "Next")
    state = app.session_state["ctviz"]
    assert not app.exception
    assert (app.selectbox[0].value, state.model, state.slice) == ("two", "two", 7)


def test_a_reader_goes_on_choosing_after_that(stale):
    app = stale(AppTest.from_function(chooser).run(), "Next")
    app.selectbox[0].select("three").run()
    state = app.session_state["ctviz"]
    assert (app.selectbox[0].value, state.model, state.slice) == ("three", "three", None)


def test_a_filled_form_stays_filled(stale):
    app = stale(AppTest.from_function(form).run(), "Fill")
    assert not app.exception
    assert app.button_group[0].value == ["two"]
    assert app.checkbox[0].value is True


def test_a_widget_that_shows_the_value_already_is_not_replaced():
    app = AppTest.from_function(chooser).run()
    before = app.selectbox[0].id
    app.selectbox[0].select("three").run()
    assert app.selectbox[0].id == before
