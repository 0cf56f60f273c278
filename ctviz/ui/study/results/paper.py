"""The paper's Table 1 and figures, for the cohort of a study."""

import streamlit as st

from ctviz.cohort.report.tables import curve_table, paper_table
from ctviz.ui.study.read_findings import FindingsReading, show_chart
from ctviz.ui.study.results.tables import show_table


def show_paper(reading: FindingsReading) -> None:
    """Show Table 1, then accuracy, ROC and Dice curves."""
    findings = reading.findings
    if findings.accuracy:
        chart, table = st.columns([5, 6])
        with chart:
            show_chart(reading, "cohort-fidelity")
        with table:
            show_table(paper_table(findings.accuracy[0], reading.names), "table-1")
        show_chart(reading, "accuracy")
    else:
        st.info("The study has no fidelity, so there is no Table 1.")
    show_chart(reading, "roc")
    show_chart(reading, "dice")
    if findings.roc is None and findings.dice is None:
        st.info("Nobody drew a region on these slices, so there is neither ROC nor Dice.")
    show_table(curve_table(findings, reading.names), "curves")
