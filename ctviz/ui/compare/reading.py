"""The reader's way through the cases: the previous, the next, the next unread, and how far each is.

The way is the list as the Cases page has shown it last, with its search, filter and order; for a
case that it does not show, the collection of that case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import streamlit as st

from ctviz.core.theme import THEME
from ctviz.store import CaseEntry, Reading, ReadingState
from ctviz.store.readings import LONGEST_NOTE, READING_STATES
from ctviz.ui.cases.collections import collection_of
from ctviz.ui.service import backend
from ctviz.ui.session import begin, mirror, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted

KEYS = {str(shortcut.value): shortcut.shown for shortcut in THEME.keys if shortcut.action == "case"}


def way(listed: Iterable[CaseEntry], current: CaseEntry) -> tuple[str, ...]:
    """Return the cases in the reader's order: those shown on Cases last, if this is one of them."""
    alike = {each.id: collection_of(each) == collection_of(current) for each in listed}
    shown = tuple(case_id for case_id in session().browsing.shown if case_id in alike)
    return shown if current.id in shown else tuple(filter(alike.get, alike))


def next_unread(cases: Sequence[str], current: str, readings: Mapping[str, Reading]) -> str | None:
    """Return the next case that was not begun, after the last one the first; None if there is none.

    >>> done = {"a": Reading("a", "AB", "done"), "c": Reading("c", "AB", "skipped")}
    >>> next_unread("abcd", "b", done), next_unread("abcd", "d", done), next_unread("ac", "a", done)
    ('d', 'b', None)
    """
    at = cases.index(current)
    for case_id in (*cases[at + 1 :], *cases[:at]):
        if case_id not in readings or readings[case_id].state == "unread":
            return case_id
    return None


def keep_reading() -> None:
    """Keep what the reader has said of a case, before the page shows it."""
    state = session()
    said, state.reading = state.reading, None
    if said is not None:
        backend().store.keep_reading(said)


def choose_way(entry: CaseEntry) -> None:
    """Let the reader turn to another case, and say how far this one is."""
    state, store = session(), backend().store
    readings = store.readings(state.reader) if state.reader else {}
    reading = readings.get(entry.id, Reading(entry.id, state.reader))
    if state.reader and (state.reader, entry.id) not in state.begun:
        state.begun.add((state.reader, entry.id))
        if reading.state == "unread":
            reading = replace(Reading(entry.id, state.reader, "being read"), note=reading.note)
            store.keep_reading(reading)
    cases = way(backend().cases(), entry)
    at = cases.index(entry.id)
    unread = next_unread(cases, entry.id, readings)
    with st.container(horizontal=True, gap="xxsmall", key=widget("way")):
        _turn("previous", "chevron_left", cases[at - 1] if at else None)
        _turn("next", "chevron_right", cases[at + 1] if at + 1 < len(cases) else None)
        _turn("next unread", "mark_email_unread", unread if state.reader else None)
        _say_how_far(reading)


def _turn(name: str, icon: str, case_id: str | None) -> None:
    st.button(
        f"{name} case".capitalize(),
        # Streamlit gives a button its shortcut when it appears, and none to one that is disabled.
        key=widget("turn", name, "nowhere" if case_id is None else "there"),
        icon=f":material/{icon}:",
        help=f"{name} case ({KEYS[name]})",
        shortcut=KEYS[name],
        on_click=uninterrupted(session().open),
        args=(case_id or "",),
        disabled=case_id is None,
        type="tertiary",
    )


def _say_how_far(reading: Reading) -> None:
    """Show the state, with the way to change it and to leave a note."""
    if not reading.reader:
        return
    state = session()
    how_far, note = (widget(name, reading.case_id) for name in ("how-far", "note"))

    def said() -> None:
        chosen = cast("ReadingState", value_of(how_far) or reading.state)
        text = str(value_of(note) or "")[:LONGEST_NOTE]
        state.reading = Reading(reading.case_id, reading.reader, chosen, text)

    with st.popover(reading.state.capitalize() + (" · note" if reading.note else "")):
        st.segmented_control(
            "This case is",
            READING_STATES,
            **mirror(how_far, reading.state, said),
        )
        st.text_area(
            "Note",
            key=begin(note, reading.note),
            on_change=uninterrupted(said),
            max_chars=LONGEST_NOTE,
            help="Only under your name; name no patient.",
        )
