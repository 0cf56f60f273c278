"""The audit trail for an owner to take home."""

from collections.abc import Callable, Sequence

import streamlit as st

from ctviz.store import AuditEntry, AuditEvent
from ctviz.store.audit import as_csv, as_json_lines
from ctviz.ui.access import may
from ctviz.ui.access.trail import record_silently
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget


def offer_audit() -> None:
    """Offer the audit trail as a file, to owners."""
    if not may("audit"):
        return
    who = session().reader
    st.subheader("Audit trail")
    st.caption(
        "Who opened, drew on, brought in, took home or deleted what, and when (UTC); events are "
        "named as in DICOM PS3.15 and IHE ATNA. Rows are only ever added, and name no patient."
    )
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            lambda: _taken(as_csv, who),
            "audit.csv",
            "text/csv",
            key=widget("audit", "csv"),
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "JSON lines",
            lambda: _taken(as_json_lines, who),
            "audit.jsonl",
            "application/jsonl",
            key=widget("audit", "jsonl"),
            icon=":material/download:",
            on_click="ignore",
        )


def _taken(form: Callable[[Sequence[AuditEntry]], str], who: str) -> bytes:
    """Return the trail as a file, noting that somebody takes it home."""
    record_silently(AuditEvent.AUDITED, who=who)
    return form(backend().store.audit()).encode()
