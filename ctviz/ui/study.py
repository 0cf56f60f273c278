"""The study page: every study there is, and the one that is looked at."""

from datetime import UTC, datetime

import streamlit as st

from ctviz.cohort import Run, cohort_title, look, studies
from ctviz.cohort.run import PLAN, STUDIES
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.study_choosing import choose_study
from ctviz.ui.study_results import show_results
from ctviz.ui.study_watching import badge_of, follow, rerun_when_one_ends, watch
from ctviz.ui.words import count_of

ADDRESS = "study"
"""The part of the address that names a study's folder."""

STUDY_PAGE = "pages/study.py"
TIME = "%d %b %Y, %H:%M"


def study_page() -> None:
    """Show the study that the address names, or all of them and a plan for a new one."""
    run = _addressed()
    if run is None:
        _overview()
    else:
        _study(run)


def _addressed() -> Run | None:
    """Return the study of the address; who comes back to the page meets the last one again."""
    state = session()
    name = st.query_params.get(ADDRESS, state.study)
    folder = backend().settings.data / STUDIES / name
    if not name or folder.parent.name != STUDIES or not (folder / PLAN).is_file():
        state.study = ""
        return None
    state.study = name
    if st.query_params.get(ADDRESS) != name:
        st.query_params[ADDRESS] = name
    return look(folder)


def _leave() -> None:
    session().study = ""
    st.query_params.pop(ADDRESS, None)
