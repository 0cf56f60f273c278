"""What surrounds every page: the style, and errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from ctviz.core import CtvizError
from ctviz.ui.widgets.plain_text import plain

_STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).with_name("icon.png")
"""The browser tab's picture; one of streamlit's own symbols would be fetched from outside."""


def apply_style() -> None:
    """Give pictures the room."""
    st.html(_STYLE)


def navigate_from_the_start() -> None:
    """Let a link to a page find the frame around it, even as the first request of the process.

    Streamlit takes a folder called ``pages`` for its older way of navigating until a script has
    called ``st.navigation``; a link opened before that would show a bare page.
    """
    PagesManager.uses_pages_directory = False


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Show an error that the reader can cure as its one sentence; the app goes on."""
    try:
        yield
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
