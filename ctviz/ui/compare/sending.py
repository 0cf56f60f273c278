"""Results go to a server of the configuration, straight from the comparison."""

from collections.abc import Mapping

import streamlit as st

from ctviz.core import CtvizError
from ctviz.core.text import count_of
from ctviz.export import ANONYMOUS, LINKED, dicom_objects
from ctviz.io.pacs import PacsServer
from ctviz.store import AuditEvent
from ctviz.ui.access import may, permit
from ctviz.ui.access.trail import record_silently
from ctviz.ui.compare.comparison import Comparison
from ctviz.ui.compare.exports import Subject, offer_objects, results_of
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import ready


def offer_results(comparison: Comparison, subject: Subject) -> None:
    """Offer everything as DICOM: to take home, and to send if a server takes results."""
    servers = _servers()
    if not servers:
        offer_objects(comparison, subject)
        return
    with st.popover("Results, DICOM", icon=":material/send:"):
        linked = backend().links.of(subject.case_id) is not None
        st.markdown(
            "Regions, maps, the answer, the scores and pictures go as DICOM. "
            + (LINKED if linked else f"{ANONYMOUS} The slices go with them.")
        )
        offer_objects(comparison, subject, "Download as a zip")
        server = st.selectbox(
            "Or send them to",
            list(servers),
            format_func=lambda name: servers[name].called,
            key=widget("send-server"),
        )
        st.button(
            "Send the results",
            key=widget("send"),
            on_click=uninterrupted(lambda: _send(server, comparison, subject)),
            type="primary",
            disabled=subject.tried is not None or _busy(),
            help="What you try on a slice cannot be sent: it is no scan.",
        )
        _say()


def _servers() -> Mapping[str, PacsServer]:
    """Return the servers that take results, none for who may not send."""
    if not may("import"):
        return {}
    try:
        found = backend().pacs.servers()
    except CtvizError:
        # The page of cases says what is wrong.
        return {}
    return {name: server for name, server in found.items() if server.results}


def _send(server: str, comparison: Comparison, subject: Subject) -> None:
    permit("import")
    reader, case_id = session().reader, subject.case_id
    shown = [one.estimator for one in comparison.compared if one.seconds is not None]

    def gather() -> list[bytes]:
        results, _ = results_of(shown, comparison.metrics, subject, reader)
        files = dicom_objects(results, backend().links.of(case_id))
        record_silently(AuditEvent.EXPORTED, f"{subject.name} to {server}", who=reader)
        return files

    session().sent = case_id, backend().pacs.send(server, gather, session().token)


def _busy() -> bool:
    sent = session().sent
    return sent is not None and not sent[1].done


def _say() -> None:
    """Say how far the results are, and what has become of them."""
    sent = session().sent
    if sent is None:
        return
    case_id, job = sent
    if not ready("sent", job, "Sending"):
        return
    try:
        kept = job.result(0)
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
    else:
        st.success(f"{count_of(kept, 'object')} of {plain(case_id)} were kept by the server.")
