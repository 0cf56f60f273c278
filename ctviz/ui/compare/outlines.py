"""The way from an open case to the place where outlines of it are dropped."""

import streamlit as st

from ctviz.ui.access import may
from ctviz.ui.cases.outlines import bring_to
from ctviz.ui.session import widget


def offer_outlines(case_id: str) -> None:
    """Let whoever may bring in cases bring outlines to this one."""
    if not may("import"):
        return
    if st.button(
        "Add outlines",
        key=widget("add-outlines"),
        icon=":material/draw:",
        type="tertiary",
        help="What others have outlined on this scan: DICOM SEG, RTSTRUCT, LIDC XML, NIfTI, NRRD.",
    ):
        bring_to(case_id)
        st.switch_page("pages/cases.py")
