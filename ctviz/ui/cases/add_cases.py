"""The way in for cases: uploads, a folder on the server, the demo cohort."""

import shutil
from functools import partial
from pathlib import Path

import streamlit as st

from ctviz.backend import Imported, Job
from ctviz.core import CtvizError
from ctviz.core.cells import neutral
from ctviz.core.text import count_of
from ctviz.store import AuditEvent
from ctviz.ui.access import confined, may, permit, record
from ctviz.ui.cases.collections import collection_of
from ctviz.ui.cases.fetched_outlines import offer_scan, take_fetched
from ctviz.ui.cases.going_back import choose_going_back, may_go_back
from ctviz.ui.cases.labels import do_label, offer_labels, take_labels
from ctviz.ui.cases.outlines import (
    do_outlines,
    offer_outlines,
    place_for_outlines,
    take_outlines,
)
from ctviz.ui.cases.pacs import offer_pacs
from ctviz.ui.cases.uploads import Upload, drop_zone
from ctviz.ui.service import backend, first_cases, settings
from ctviz.ui.session import session, widget
from ctviz.ui.widgets.plain_text import plain, plainly
from ctviz.ui.widgets.waiting import ready

GOING_BACK = "may-go-back"
NAMED = 12
"""So many new cases are named; the others are in the list anyway."""


def add_cases(*, expanded: bool = False) -> None:
    """Show the ways to add cases, and what came of the last try."""
    if not may("import"):
        return
    making = first_cases()
    if making is not None and not making.done and session().intake is None:
        session().intake = making
    do_label()
    do_outlines()
    take_fetched()
    with st.expander("Add cases", expanded=expanded, icon=":material/add:"):
        uploads, folder, demo = st.columns([3, 3, 2])
        with uploads:
            _upload()
        with folder:
            _folder()
        with demo:
            _demo()
    under_way = session().intake
    busy = under_way is not None and not under_way.done and under_way is not making
    fetched = under_way is not None and under_way is session().pacs.fetched
    fetched = fetched or session().outlines.fetched is not None
    # What became of a series is said where it was asked for, beneath tables that may be long.
    said = offer_pacs(_begin, busy=busy, outcome=_last_try if fetched else None)
    place_for_outlines()
    if not said:
        _last_try()


def _upload() -> None:
    st.markdown(
        "DICOM files, a zip, NIfTI, PNG or TIFF; outlines (SEG, RTSTRUCT, LIDC XML, NRRD); true "
        "classes as labels.csv",
        help="Names, ids and dates of patients are dropped while reading. The numbers of a NIfTI "
        "are taken as Hounsfield units where they can be; images have neither Hounsfield units "
        "nor spacing. A table labels.csv names cases by a column case (pseudonym), file or title, "
        "and their classes by a column truth, or contrast with 0 or 1; you see what it would "
        "change before anything is kept.",
    )
    drop_zone(widget("upload"), _uploaded)
    choose_going_back(GOING_BACK)


def _uploaded(upload: Upload) -> None:
    session().upload_left_out = upload.left_out
    if upload.folder is not None:
        permit("import")
        take_labels(upload.folder)
        take_outlines(upload.folder)
        if any(path.is_file() for path in upload.folder.rglob("*")):
            _begin(_spooled(upload.folder))
        else:
            shutil.rmtree(upload.folder, ignore_errors=True)


def _spooled(folder: Path) -> Job[Imported]:
    return backend().import_spooled(
        folder, owner=session().token, may_go_back=may_go_back(GOING_BACK)
    )


def _folder() -> None:
    roots = settings().import_roots
    if not roots:
        st.caption(
            "Folders of the server cannot be named here.",
            help="Whoever runs ctviz can allow some with CTVIZ_IMPORT_ROOTS, or bring them in "
            "with `ctviz index`.",
        )
        return
    with st.form(widget("folder-form"), border=False):
        path = st.text_input(
            "Folder, zip or file on the server",
            key=widget("folder"),
            placeholder=str(roots[0]),
            help="Read with all folders below it; the files stay as they are. Allowed is what "
            f"lies in {plainly(roots, ' or ')}.",
        )
        if st.form_submit_button("Add folder") and path.strip():
            permit("import")
            place = confined(path.strip(), roots)
            _begin(
                backend().import_path(
                    place, owner=session().token, may_go_back=may_go_back(GOING_BACK)
                )
            )


def _demo() -> None:
    st.write("The demo cohort: chest CT phantoms, with and without contrast agent.")
    if st.button("Make the demo cohort", key=widget("demo")):
        permit("import")
        _begin(backend().import_demo())


def _begin(job: Job[Imported]) -> None:
    session().intake = job


def _last_try() -> None:
    job = session().intake
    # A table is matched when the cases that came with it are there.
    if job is None or job.done or job is first_cases():
        offer_labels()
        offer_outlines(_come(job), partial(offer_scan, begin=_begin))
    if job is None or not ready("intake", job, "Adding cases"):
        return
    for why in session().upload_left_out:
        st.warning(plain(why), icon=":material/error:")
    try:
        report = job.result()
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
    else:
        _tell(report)
        if job is not first_cases():
            _record(job, report)
    if st.button("Close", key=widget("intake-close"), type="tertiary"):
        session().intake, session().upload_left_out = None, ()
        st.rerun()


def _come(job: Job[Imported] | None) -> tuple[str, ...]:
    """Return the cases that have just been brought."""
    if job is None or job.state != "ready":
        return ()
    return job.result(0).cases


def _record(job: Job[Imported], report: Imported) -> None:
    """Note in the audit trail, once, which cases somebody has brought in, and list their kind."""
    if session().noted is not job:
        session().noted = job
        if report.cases:
            session().browsing.collection = collection_of(backend().store.case(report.cases[0]))
        for case_id in report.cases:
            record(AuditEvent.IMPORTED, case_id)
        if report.refused:
            record(
                AuditEvent.IMPORTED,
                count_of(len(report.refused), "file") + " left out",
                outcome="minor failure",
            )


def _tell(report: Imported) -> None:
    """Say what came in and what was refused, each with its reason."""
    if report.cases:
        new = report.new
        names = ", ".join(new[:NAMED]) + (" …" if len(new) > NAMED else "")
        st.success(_counted(report) + (f": {names}" if names else "."))
    if report.unlinked:
        st.warning(report.said_of_links, icon=":material/link_off:")
    if report.refused:
        st.warning(f"{count_of(len(report.refused), 'file')} left out:")
        st.dataframe(
            [
                {"file": neutral(refused.name), "why": neutral(refused.why)}
                for refused in report.refused
            ],
            hide_index=True,
        )


def _counted(report: Imported) -> str:
    """Return how many cases are new, and what became of the others."""
    parts = [f"{len(report.new)} new {'case' if len(report.new) == 1 else 'cases'}"]
    if report.known:
        parts.append(f"{len(report.known)} {_were(len(report.known))} there already")
    if report.repeated:
        parts.append(f"{report.repeated} came twice in these files")
    return ", ".join(parts)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
