"""What a study has no number for: undefined scores and slices that failed, with the reasons."""

from dataclasses import asdict

import streamlit as st

from ctviz.cohort import failures_of
from ctviz.cohort.report.tables import failure_table, undefined_table
from ctviz.core.text import count_of
from ctviz.ui.study.read_findings import FindingsReading
from ctviz.ui.study.results.tables import show_table


def show_gaps(reading: FindingsReading) -> None:
    """Count undefined scores and failed slices."""
    findings = reading.findings
    total = sum(each.scores for each in findings.undefined)
    undefined = count_of(total, "score") + (" is" if total == 1 else " are")
    st.markdown(
        f"**{undefined} undefined** and **{count_of(findings.subject.failed, 'slice')} failed**."
    )
    show_table(undefined_table(findings, reading.names), "undefined")
    if findings.subject.failed:
        failures = [asdict(failure) for failure in failures_of(reading.folder)]
        show_table(failure_table(failures), "failures")
        st.caption("Starting the study again tries these slices once more.")
