"""Outlines from a PACS on their way to their scan, which is fetched, too, if it is not here."""

from collections.abc import Callable

import streamlit as st

from ctviz.backend import FetchedOutlines, Imported, Job
from ctviz.core import CtvizError
from ctviz.core.text import count_of
from ctviz.io.pacs import FoundSeries
from ctviz.ui.access import permit
from ctviz.ui.cases.going_back import choose_going_back, may_go_back
from ctviz.ui.cases.outlines import begin_anew
from ctviz.ui.service import backend
from ctviz.ui.session import Outlines, PacsVisit, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import ready

GOING_BACK = "outlines-may-go-back"


def take_fetched() -> None:
    """Let outlines that have come be looked at like files that were dropped."""
    job = session().pacs.outlines
    if job is not None and job.state == "ready":
        fetched = job.result(0)
        session().pacs.outlines = None
        begin_anew(Outlines(case=fetched.case_id, folder=fetched.folder, fetched=fetched))


def fetch_outlines(visit: PacsVisit, series: FoundSeries) -> None:
    """Show the button that fetches a series of outlines, and how far it is."""

    def bring() -> None:
        permit("import")
        begin_anew(Outlines())
        visit.outlines = backend().pacs.fetch_outlines(visit.server, series, session().token)

    st.button(
        "Fetch the outlines",
        key=widget("pacs-fetch-outlines"),
        on_click=uninterrupted(bring),
        type="primary",
        icon=":material/download:",
        disabled=visit.outlines is not None and not visit.outlines.done,
        help="You see them on their scan before anything is kept.",
    )
    if visit.outlines is not None and ready("pacs-outlines", visit.outlines, "Fetching outlines"):
        try:
            visit.outlines.result(0)
        except CtvizError as error:
            st.error(plain(error), icon=":material/error:")


def offer_scan(fetched: FetchedOutlines, begin: Callable[[Job[Imported]], None]) -> None:
    """Say that the scan of outlines is not here, and offer to fetch it.

    Parameters
    ----------
    begin
        Shows how far a series is on its way into the list of cases.
    """
    st.markdown(f"**{plain(fetched.missing)}**")
    if not fetched.scans:
        return
    place = widget("outlines-scan")
    scan = fetched.scans[0]
    if len(fetched.scans) > 1:
        scan = st.selectbox("Scan", fetched.scans, format_func=_called, key=place)
    else:
        st.caption(_called(scan))
    choose_going_back(GOING_BACK)

    def bring() -> None:
        permit("import")
        chosen = value_of(place) if len(fetched.scans) > 1 else scan
        job = backend().pacs.fetch(
            fetched.server.name,
            chosen if isinstance(chosen, FoundSeries) else scan,
            session().token,
            may_go_back=may_go_back(GOING_BACK),
        )
        session().outlines.scan = session().pacs.fetched = job
        begin(job)

    st.button(
        "Fetch the scan, too",
        key=widget("outlines-fetch-scan"),
        on_click=uninterrupted(bring),
        type="primary",
        icon=":material/download:",
    )


def _called(series: FoundSeries) -> str:
    """Return what a series is called: its number, what it is, and how many images it has."""
    number = "Series" if series.number is None else f"Series {series.number}"
    images = "" if series.images is None else count_of(series.images, "image")
    return ", ".join(filter(None, [number, plain(series.description), images]))
