"""What the browser asks for while a callback runs does not stop it half way."""

import ast
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

UI = Path(__file__).resolve().parents[2] / "ctviz" / "ui"
LISTENS = re.compile(r"on_\w+")
"""Whatever a widget or a component of ours calls its callbacks: on_click, on_finished_change, …"""
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


def named_values(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """Return the named arguments of a call, or the entries of arguments that are passed on."""
    if isinstance(node, ast.Call):
        return [(each.arg, each.value) for each in node.keywords if each.arg]
    if isinstance(node, ast.Dict):
        entries = zip(node.keys, node.values, strict=True)
        return [(str(key.value), value) for key, value in entries if isinstance(key, ast.Constant)]
    return []


def callbacks(source: str) -> list[str]:
    """Return what the widgets of a file call when the reader does something."""
    return [
        ast.unparse(value)
        for node in ast.walk(ast.parse(source))
        for name, value in named_values(node)
        if LISTENS.fullmatch(name)
    ]


def loose(source: str) -> set[str]:
    """Return the callbacks that may be stopped half way."""
    return {
        callback
        for callback in callbacks(source)
        if callback not in STREAMLITS_OWN and not callback.startswith("uninterrupted(")
    }


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.name)
def test_every_callback_is_uninterrupted(path):
    assert not loose(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "call",
    ["component(on_finished_change=take)", "st.form(on_submit=take)", "{'on_change': take}"],
)
def test_no_name_of_a_callback_slips_through(call):
    assert loose(call) == {"take"}
    assert not loose(call.replace("take", "uninterrupted(take)"))
