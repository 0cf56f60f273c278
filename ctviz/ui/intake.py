"""The way in for cases: uploads, a folder on the server, the demo cohort."""

from pathlib import Path

import streamlit as st

from ctviz.backend import Imported
from ctviz.core import CtvizError
from ctviz.ui.service import backend, first_cases
from ctviz.ui.session import session, widget
from ctviz.ui.waiting import ready
from ctviz.ui.words import count_of

NAMED = 12
"""So many new cases are named; the others are in the list anyway."""


def add_cases(*, expanded: bool = False) -> None:
    """Show the ways to add cases, and what came of the last try."""
    making = first_cases()
    if making is not None and not making.done and session().intake is None:
        session().intake = making
    with st.expander("Add cases", expanded=expanded, icon=":material/add:"):
        uploads, folder, demo = st.columns([3, 3, 2])
        with uploads:
            _upload()
        with folder:
            _folder()
        with demo:
            _demo()
    _last_try()


def _upload() -> None:
    with st.form(widget("upload-form"), clear_on_submit=True, border=False):
        files = st.file_uploader(
            "DICOM files, a zip, NIfTI, PNG or TIFF",
            accept_multiple_files=True,
            key=widget("upload"),
            help="Names, ids and dates of patients are dropped while reading. NIfTI is taken as "
            "Hounsfield units; images have neither Hounsfield units nor spacing.",
        )
        if st.form_submit_button("Add files") and files:
            contents = [(file.name, file.getvalue()) for file in files]
            session().intake = backend().import_uploads(contents)


def _folder() -> None:
    with st.form(widget("folder-form"), border=False):
        path = st.text_input(
            "Folder, zip or file on the server",
            key=widget("folder"),
            help="Read with all folders below it; the files stay as they are.",
        )
        if st.form_submit_button("Add folder") and path.strip():
            session().intake = backend().import_path(Path(path.strip()).expanduser())


def _demo() -> None:
    st.write("The demo cohort: chest CT phantoms, with and without contrast agent.")
    if st.button("Make the demo cohort", key=widget("demo")):
        session().intake = backend().import_demo()


def _last_try() -> None:
    job = session().intake
    if job is None or not ready("intake", job, "Adding cases"):
        return
    try:
        _tell(job.result())
    except CtvizError as error:
        st.error(str(error), icon=":material/error:")
    if st.button("Close", key=widget("intake-close"), type="tertiary"):
        session().intake = None
        st.rerun()


def _tell(report: Imported) -> None:
    """Say what came in and what was refused, each with its reason."""
    if report.cases:
        names = ", ".join(report.cases[:NAMED]) + (" …" if len(report.cases) > NAMED else ".")
        st.success(f"{count_of(len(report.cases), 'case')} in: {names}")
    if report.refused:
        st.warning(f"{count_of(len(report.refused), 'file')} left out:")
        st.dataframe(
            [{"file": refused.name, "why": refused.why} for refused in report.refused],
            hide_index=True,
        )
