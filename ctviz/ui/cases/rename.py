"""A case is given another title."""

import streamlit as st

from ctviz.store import AuditEvent, CaseEntry
from ctviz.store.titles import LONGEST_TITLE
from ctviz.ui.access import permit, record
from ctviz.ui.access.trail import NOBODY
from ctviz.ui.service import backend
from ctviz.ui.session import session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted


def do_rename() -> None:
    """Give the title that was asked for, before the cases are listed."""
    browsing = session().browsing
    wanted, browsing.title = browsing.title, None
    if wanted is None:
        return
    permit("import")
    case_id, title = wanted
    backend().store.rename(case_id, title, session().reader or NOBODY)
    record(AuditEvent.RENAMED, case_id)
    browsing.selected.clear()


def offer_rename(entry: CaseEntry) -> None:
    """Let an owner give a case another title."""
    browsing, key = session().browsing, widget("title", entry.id)

    def note() -> None:
        browsing.title = entry.id, str(value_of(key))

    with (
        st.popover("Rename", icon=":material/edit:"),
        st.form(widget("title-form", entry.id), border=False),
    ):
        st.text_input(
            "Title",
            value=entry.title,
            max_chars=LONGEST_TITLE,
            key=key,
            help="Every reader sees it: name no patient. Leave it empty for the title that the "
            "case came with.",
        )
        st.form_submit_button("Rename", on_click=uninterrupted(note))
