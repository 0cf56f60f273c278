"""What the browser asks for while a callback runs does not stop it half way."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

UI = Path(__file__).resolve().parents[2] / "ctviz" / "ui"
LISTENS = ("on_click", "on_change", "on_select")
STREAMLITS_OWN = {"'rerun'", "'ignore'", "st.logout"}
ENTRIES = ("one", "two", "three")


def impatient() -> None:
    """A page that is asked for something else before it has taken over what was done."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    from ctviz.ui.uninterrupted import uninterrupted

    def take_over() -> None:
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        context.script_requests.request_rerun(RerunData())
        for entry in ("one", "two", "three"):
            context.session_state[entry] = "taken over"

    st.button("Whole", on_click=uninterrupted(take_over))
    st.button("Streamlit's own way", on_click=take_over)


def taken_over(button: int) -> list[str]:
    app = AppTest.from_function(impatient).run()
    app.button[button].click().run()
    assert not app.exception
    return [entry for entry in ENTRIES if entry in app.session_state]


def test_a_callback_runs_to_its_end():
    assert taken_over(0) == list(ENTRIES)


def test_streamlit_alone_still_stops_it():
    """If this fails, Streamlit has learnt it and `uninterrupted` can go."""
    assert taken_over(1) == []


def callbacks(path: Path) -> list[str]:
    """Return what the widgets of a file call when the reader does something."""
    return [
        ast.unparse(argument.value)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for argument in call.keywords
        if argument.arg in LISTENS
    ]


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.name)
def test_every_callback_is_uninterrupted(path):
    loose = {
        callback
        for callback in callbacks(path)
        if callback not in STREAMLITS_OWN and not callback.startswith("uninterrupted(")
    }
    assert not loose
