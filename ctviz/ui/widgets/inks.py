"""What a page is written in: the reader's system says whether it is dark or light."""

import streamlit as st

from ctviz.core.look import Scheme
from ctviz.core.theme import THEME, Inks


def page_scheme() -> Scheme:
    """Return whether the page is dark or light, as far as the browser has told."""
    return "light" if st.context.theme.type == "light" else "dark"


def page_inks() -> Inks:
    """Return the inks of the page as the reader sees it."""
    return THEME.inks(page_scheme())
