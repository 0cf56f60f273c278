"""The panel at the lower edge of the screen: scores, curves and fills beside the pictures.

It opens and closes, and what is open is remembered by the browser.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import streamlit as st

from ctviz.core.theme import THEME
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.remembered import A_YEAR_SECONDS, keep, kept

Sections: TypeAlias = Mapping[str, Callable[[], None]]
"""What the panel shows, by its title; only what is open is made."""

COOKIE = "ctviz_dock"
[KEY] = (shortcut.shown for shortcut in THEME.keys if shortcut.action == "dock")


def show_dock(sections: Sections, offer: Callable[[], None]) -> None:
    """Show the panel's bar, and the section that the reader has opened.

    Parameters
    ----------
    offer
        Shows what else the bar has.
    """
    state = session()
    if state.docked is None:
        told = kept(COOKIE)
        state.docked = told if told in sections else ""
    with st.container(height=1, border=False):
        # First: the section that was opened may take its time, and the reader may not wait for it.
        keep(COOKIE, state.docked, A_YEAR_SECONDS)
    with st.container(key=widget("dock")):
        with st.container(
            key=widget("dock", "bar"), horizontal=True, gap="small", vertical_alignment="center"
        ):
            _choose(tuple(sections))
            offer()
        if state.docked:
            with st.container(key=widget("dock", "open")):
                sections[state.docked]()


def _choose(titles: tuple[str, ...]) -> None:
    state, section = session(), widget("dock", "section")

    def choose() -> None:
        state.docked = str(value_of(section) or "")
        state.docked_before = state.docked or state.docked_before

    def turn() -> None:
        state.docked = "" if state.docked else state.docked_before or titles[0]

    is_open = bool(state.docked)
    st.button(
        f"{'Hide' if is_open else 'Show'} {titles[0].lower()}",
        key=widget("turn", "dock"),
        icon=f":material/keyboard_arrow_{'down' if is_open else 'up'}:",
        help=f"{'Hide' if is_open else 'Show'} scores, curves and fills ({KEY})",
        shortcut=KEY,
        type="tertiary",
        on_click=uninterrupted(turn),
    )
    st.segmented_control(
        "Beneath the pictures",
        titles,
        **mirror(section, state.docked or None, choose),
        label_visibility="collapsed",
    )
