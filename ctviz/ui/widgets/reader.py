"""Who is reading: asked once per session, so that every Region has an author."""

import re

import streamlit as st

from ctviz.ui.access.login import account_badge
from ctviz.ui.service import settings
from ctviz.ui.session import session, widget
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.remembered import keep, kept

COOKIE = "ctviz_reader"
PHANTOM = "phantom"
_NAME = re.compile(r"[\w][\w .-]{0,29}")


def is_reader_name(name: str) -> bool:
    """Whether a name can stand beside a Region; 'phantom' belongs to the demo cohort."""
    return _NAME.fullmatch(name) is not None and name.lower() != PHANTOM


def _known_reader() -> str:
    """Return the reader this browser has told before, or an empty name."""
    name = kept(COOKIE)
    return name if is_reader_name(name) else ""


@st.dialog("Who is reading?")
def _ask() -> None:
    st.write(
        "Your initials or a nickname. What you draw is saved under this name, "
        "beside the drawings of other readers."
    )
    with st.form(widget("reader-form"), border=False):
        name = st.text_input("Reader", max_chars=30, placeholder="AB", key=widget("reader-name"))
        if st.form_submit_button("Start reading", type="primary"):
            if is_reader_name(name.strip()):
                session().reader = name.strip()
                st.rerun()
            st.error("Please enter 1 to 30 letters or digits; 'phantom' is taken.")


def ask_reader() -> str:
    """Return who is reading; ask in a dialog once if nobody has said so yet.

    Without an answer everything can be looked at, but nothing can be drawn.
    """
    state = session()
    if settings().access is not None:
        return state.reader
    if not state.reader:
        state.reader = _known_reader()
    # There in any case, so that what follows keeps its place on the page.
    with st.container(height=1, border=False):
        if state.reader:
            keep(COOKIE, state.reader)
    if not state.reader and not state.asked:
        state.asked = True
        _ask()
    return state.reader


def reader_badge() -> None:
    """Show who is reading, with the way to change it."""
    if settings().access is not None:
        account_badge()
        return
    name = session().reader
    label = f"Reader: {plain(name)}" if name else "Who is reading?"
    if st.button(label, key=widget("reader"), type="tertiary", icon=":material/person:"):
        _ask()
