"""What a page is written in: the reader's system says whether it is dark or light."""

import streamlit as st

from ctviz.core.theme import THEME, Inks


def page_inks() -> Inks:
    """Return the inks of the page as the reader sees it."""
    return THEME.inks("light" if st.context.theme.type == "light" else "dark")
