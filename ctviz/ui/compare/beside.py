"""Another case beside the one that is read, or another slice of the same."""

import streamlit as st

from ctviz.core import Case
from ctviz.core.stack import offset_mm
from ctviz.io.volume import as_volume
from ctviz.store import AuditEvent, CaseEntry
from ctviz.ui.access import record_once
from ctviz.ui.compare.case_view import case_view
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.viewer import BesideView

NOTHING = "nothing"


def choose_beside() -> None:
    """Let the reader choose what is shown beside the case."""
    state, key = session(), widget("beside")
    entries = {entry.id: entry for entry in backend().cases()}

    def title(case_id: str) -> str:
        if not case_id:
            return NOTHING
        same = " · another slice of this case" if case_id == state.case else ""
        return _title(entries[case_id]) + same

    def choose() -> None:
        state.beside = str(value_of(key) or "")

    others = [case_id for case_id in entries if case_id != state.case]
    st.selectbox(
        "Show beside the case",
        ["", *([state.case] if state.case in entries else []), *others],
        format_func=title,
        **mirror(key, state.beside if state.beside in entries else "", choose),
        help="Another case, to be looked at only. It scrolls along: by the position in the patient "
        "where both scans have one coordinate system, else by the same way from where you link "
        "them.",
    )


def beside(entry: CaseEntry, case: Case) -> BesideView | None:
    """Return the case that a reader wants to see beside another one; None if that is gone."""
    chosen = session().beside
    other_entry = next((each for each in backend().cases() if each.id == chosen), None)
    if other_entry is None:
        return None
    record_once(AuditEvent.OPENED, chosen)
    other = case if chosen == entry.id else backend().case(chosen)
    return BesideView(case_view(other_entry, other), _title(other_entry), _offset(case, other))


def _offset(case: Case, other: Case) -> tuple[float, float, float] | None:
    """Return where another case begins, seen from this one, if they have a space in common."""
    space = case.acquisition.space
    if case.id != other.id and (not space or space != other.acquisition.space):
        return None
    return offset_mm(as_volume(case.slices).planes, as_volume(other.slices).planes)


def _title(entry: CaseEntry) -> str:
    return f"{entry.id} · {entry.title}"
