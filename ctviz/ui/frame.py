"""What surrounds every page: the style, and errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from ctviz.core import CtvizError

_STYLE = Path(__file__).with_name("style.css")


def apply_style() -> None:
    """Give pictures the room."""
    st.html(_STYLE)


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Show an error that the reader can cure as its one sentence; the app goes on."""
    try:
        yield
    except CtvizError as error:
        st.error(str(error), icon=":material/error:")
