"""Whether results of a scan may go back to its patient: one choice, wherever scans come in."""

import streamlit as st

from ctviz.ui.session import value_of, widget


def choose_going_back(name: str) -> None:
    """Let the reader choose; ``name`` tells one way in from another."""
    st.toggle(
        "Results may go back to the patient",
        key=widget(name),
        help="Keeps whose scan it is in a file of its own, which only the owner of the data folder "
        "may read. Regions, maps and scores can then be exported or sent into the patient's own "
        "study. Without it, they are anonymous. It counts for what is added afterwards.",
    )


def may_go_back(name: str) -> bool:
    """Return what was chosen for a way in."""
    return bool(value_of(widget(name)))
