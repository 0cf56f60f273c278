"""The row of buttons by which a reader chooses a section of a study's results."""

from collections.abc import Iterable

import streamlit as st

from ctviz.ui.session import begin, widget


def chosen_section(names: Iterable[str], name: str) -> str:
    """Show the sections' names and return the chosen one, at first the first.

    ``name`` is that of the choice, so that each kind of study keeps its own.
    """
    options = list(names)
    chosen = st.segmented_control(
        "Section",
        options,
        key=begin(widget(name), options[0]),
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    return chosen or options[0]
