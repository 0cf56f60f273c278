"""What surrounds every page: the style, and errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from ctviz.core import CtvizError
from ctviz.core.theme import THEME
from ctviz.ui.widgets.plain_text import plain

_STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).with_name("icon.png")
"""The browser tab's picture; one of streamlit's own symbols would be fetched from outside."""

WRITTEN_IN = ("text", "faint", "link", "raised")
"""Those inks that the style asks for."""


def apply_style() -> None:
    """Give pictures the room, and write in the inks of the reader's system."""
    st.html(f"<style>\n{_ink_variables()}\n{_STYLE.read_text('utf-8')}</style>")


def _ink_variables() -> str:
    """Return the inks as variables, each a pair of which the browser takes one."""
    light, dark = asdict(THEME.light), asdict(THEME.dark)
    pairs = [f"--{ink}: light-dark({light[ink]}, {dark[ink]});" for ink in WRITTEN_IN]
    return f":root {{ color-scheme: light dark; {' '.join(pairs)} }}"


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
