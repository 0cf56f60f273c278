"""What is to be told a reader in passing, by whatever of the page runs next."""

import streamlit as st

from ctviz.ui.session import session
from ctviz.ui.widgets.plain_text import plain


def show_said() -> None:
    """Tell it; a route, which has no page, may have something to say too."""
    state = session()
    said, state.said = state.said, []
    for sentence, icon in said:
        st.toast(plain(sentence), icon=icon)
