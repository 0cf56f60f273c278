"""From a PACS: studies are searched, a series is looked at and fetched into the list of cases.

Names of patients are on this page as long as they are shown, and nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from ctviz.backend import Imported, Job
from ctviz.core import CtvizError, Slice
from ctviz.core.cells import neutral
from ctviz.core.text import count_of
from ctviz.io.pacs import (
    MOST_SERIES,
    MOST_STUDIES,
    OUTLINES,
    FoundSeries,
    FoundStudy,
    PacsQuery,
    PacsServer,
)
from ctviz.ui.access import permit
from ctviz.ui.cases.fetched_outlines import fetch_outlines
from ctviz.ui.cases.going_back import choose_going_back, may_go_back
from ctviz.ui.service import backend
from ctviz.ui.session import PacsVisit, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import ready
from ctviz.viz import thumbnail

Begin = Callable[[Job[Imported]], None]
"""Shows how far a series is on its way into the list of cases."""

PREVIEW_PIXELS = 320
ROWS_PIXELS = 35
MOST_ROWS = 8
MODALITIES = ("CT", "PT", "MR", *sorted(OUTLINES), "")


Outcome = Callable[[], None] | None
"""Shows how far the series is that was fetched last, or what became of it; None without one."""

GOING_BACK = "pacs-may-go-back"


def offer_pacs(begin: Begin, *, busy: bool, outcome: Outcome = None) -> bool:
    """Show the way to the servers of the configuration, if there are any.

    Return whether the outcome was shown, beneath the button with which it began.

    Parameters
    ----------
    begin
        Called with a series that is on its way.
    busy
        Whether something is on its way already.
    outcome
        Of the series that was fetched last.
    """
    try:
        servers = {name: each for name, each in backend().pacs.servers().items() if each.images}
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
        return False
    if not servers:
        return False
    open_yet = session().pacs.studies is not None
    with st.expander("From a PACS", expanded=open_yet, icon=":material/dns:"):
        _search(servers)
        visit = session().pacs
        if visit.studies is not None:
            _studies(visit, visit.studies)
        if visit.study is not None and visit.series is not None:
            return _series(visit, visit.series, begin, busy=busy, outcome=outcome)
    return False


def _search(servers: Mapping[str, PacsServer]) -> None:
    """Show what can be searched for."""
    with st.form(widget("pacs-form"), border=False):
        places = st.columns([3, 3, 3, 3, 2, 3], vertical_alignment="bottom")
        server = places[0].selectbox(
            "Server",
            list(servers),
            format_func=lambda name: servers[name].called,
            key=widget("pacs-server"),
        )
        patient_id = places[1].text_input("Patient id", key=widget("pacs-id"))
        name = places[2].text_input(
            "Patient's name",
            key=widget("pacs-name"),
            help="How it begins, family name first. An asterisk stands for anything.",
        )
        dates = places[3].date_input("From, to", value=(), key=widget("pacs-dates"))
        modality = places[4].selectbox(
            "Modality", MODALITIES, format_func=lambda m: m or "Any", key=widget("pacs-modality")
        )
        description = places[5].text_input("Description", key=widget("pacs-description"))
        with st.container(horizontal=True, vertical_alignment="center"):
            asked = st.form_submit_button("Search", icon=":material/search:")
            st.caption(
                "What is found names patients. It is shown here only: neither kept nor logged, and "
                "gone when you close it."
            )
    if asked:
        permit("import")
        first, last = _first_and_last(dates)
        try:
            query = PacsQuery(patient_id, name, first, last, modality, description)
            _forget()
            job = backend().pacs.studies(server, query, session().token)
        except CtvizError as error:
            st.error(plain(error), icon=":material/error:")
        else:
            visit = session().pacs
            visit.server, visit.studies = server, job


def _studies(visit: PacsVisit, job: Job[list[FoundStudy]]) -> None:
    """Show the studies that were found; a click on one shows its series."""
    found = _come("pacs-studies", job, "Searching")
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        more = len(found) > MOST_STUDIES
        found = found[:MOST_STUDIES]
        st.markdown(
            f"More than {MOST_STUDIES} studies match; narrow the search."
            if more
            else f"{count_of(len(found), 'study')}. Choose one to see its series."
            if found
            else "No study matches.",
            width="content",
        )
        st.button(
            "Close",
            key=widget("pacs-close"),
            on_click=uninterrupted(_forget),
            icon=":material/close:",
            type="tertiary",
        )

    def choose(row: int | None) -> None:
        visit.study = None if row is None else found[row]
        visit.series, visit.chosen, visit.preview = None, None, None
        if visit.study is not None:
            permit("import")
            visit.series = backend().pacs.series(visit.server, visit.study.uid, session().token)

    _table(
        ("pacs-study", visit.searches),
        [
            {
                "patient": neutral(study.patient_name),
                "id": neutral(study.patient_id),
                "date": study.date,
                "modality": neutral(study.modalities),
                "description": neutral(study.description),
                "series": study.series,
            }
            for study in found
        ],
        choose,
    )


def _series(
    visit: PacsVisit,
    job: Job[list[FoundSeries]],
    begin: Begin,
    *,
    busy: bool,
    outcome: Outcome,
) -> bool:
    """Show the series of the study, and one of them in a picture; return whether the outcome."""
    found = _come("pacs-series", job, "Looking into the study")
    if found is None:
        return False
    if len(found) > MOST_SERIES:
        st.caption(f"The study has more than {MOST_SERIES} series; these are the first.")
    table, picture = st.columns([3, 2])
    with table:
        _choose_series(visit, found[:MOST_SERIES])
        if visit.chosen is None:
            return False
        if visit.chosen.holds_outlines:
            fetch_outlines(visit, visit.chosen)
        else:
            _fetch(visit, visit.chosen, begin, busy=busy)
    if visit.preview is not None:
        with picture:
            _preview(visit.preview)
    # Outlines on their scan need the whole width.
    if outcome is not None:
        with table if session().outlines.fetched is None else st.container():
            outcome()
    return outcome is not None


def _choose_series(visit: PacsVisit, found: Sequence[FoundSeries]) -> None:
    """Show the series, of which one can be chosen."""
    if not found:
        st.markdown("The study has no series.")

    def choose(row: int | None) -> None:
        visit.chosen, visit.preview = None if row is None else found[row], None
        if visit.outlines is not None and visit.outlines.done:
            visit.outlines = None
        if visit.chosen is not None and not visit.chosen.holds_outlines:
            permit("import")
            visit.preview = backend().pacs.preview(visit.server, visit.chosen, session().token)

    _table(
        ("pacs-chosen", visit.searches, visit.study.uid if visit.study else ""),
        [
            {
                "number": series.number,
                "modality": neutral(series.modality),
                "description": neutral(series.description),
                "images": series.images,
            }
            for series in found
        ],
        choose,
    )


def _preview(job: Job[Slice]) -> None:
    """Show the slice in the middle of a series."""
    image = _come("pacs-preview", job, "Fetching the slice in the middle")
    if image is not None:
        st.image(thumbnail(image, PREVIEW_PIXELS), caption="The slice in the middle")


def _fetch(visit: PacsVisit, series: FoundSeries, begin: Begin, *, busy: bool) -> None:
    choose_going_back(GOING_BACK)

    def bring() -> None:
        permit("import")
        visit.fetched = backend().pacs.fetch(
            visit.server, series, session().token, may_go_back=may_go_back(GOING_BACK)
        )
        begin(visit.fetched)

    images = "" if series.images is None else f" ({count_of(series.images, 'image')})"
    st.button(
        f"Fetch the series{images}",
        key=widget("pacs-fetch"),
        on_click=uninterrupted(bring),
        type="primary",
        icon=":material/download:",
        disabled=busy,
        help="It becomes a case under a pseudonym. What came of a series that broke off is not "
        "fetched again.",
    )


def _table(
    key: Sequence[object], rows: list[dict[str, object]], choose: Callable[[int | None], None]
) -> None:
    """Show a table of which one row can be chosen."""
    if not rows:
        return
    name = widget(*map(str, key))

    def hear() -> None:
        event: Any = value_of(name)
        chosen = list(event.selection.rows) if event is not None else []
        row = chosen[0] if chosen else None
        choose(row if row is None or 0 <= row < len(rows) else None)

    st.dataframe(
        rows,
        key=name,
        hide_index=True,
        on_select=uninterrupted(hear),
        selection_mode="single-row",
        height=ROWS_PIXELS * (min(MOST_ROWS, len(rows)) + 1) + 3,
    )


def _come(name: str, job: Job[Any], doing: str) -> Any:  # noqa: ANN401 - whatever the job makes
    """Return what was asked for when it is there; show until then how long it takes, or why not."""
    if not ready(name, job, doing):
        return None
    try:
        return job.result(0)
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
        return None


def _forget() -> None:
    """Forget what was found, with all names in it."""
    visit = session().pacs
    for job in (visit.studies, visit.series, visit.preview, visit.outlines):
        if job is not None:
            job.cancel()
    session().pacs = PacsVisit(searches=visit.searches + 1)


def _first_and_last(dates: object) -> tuple[str, str]:
    """Return the dates that were chosen, empty where none was."""
    chosen = dates if isinstance(dates, tuple | list) else ()
    first, last, *_ = [each.isoformat() for each in chosen if isinstance(each, date)] + ["", ""]
    return first, last
