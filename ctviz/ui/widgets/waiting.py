"""Work longer than a second: a progress bar with a cancel button, and the page stays alive."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ctviz.backend import Job
from ctviz.ui.session import widget
from ctviz.ui.widgets.plain_text import plain

POLL_SECONDS = 0.5


@st.fragment(run_every=POLL_SECONDS)
def _watch(name: str, job: Job[Any], doing: str) -> None:
    if job.done:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.progress, text=f"{doing} {plain(job.message or '')}")
        if st.button("Cancel", key=widget("cancel", name)):
            job.cancel()
            st.rerun()


@st.fragment(run_every=POLL_SECONDS)
def rerun_when(changed: Callable[[], bool]) -> None:
    """Run the page again as soon as ``changed`` says so."""
    if changed():
        st.rerun()


def ready(name: str, job: Job[Any], doing: str) -> bool:
    """Return whether a job is done; while it is not, show its progress with a cancel button.

    Parameters
    ----------
    name
        Tells several jobs on one page apart.
    job
        What is waited for; the page runs again when it is done.
    doing
        What is going on, in words.
    """
    if not job.done:
        _watch(name, job, doing)
    return job.done
