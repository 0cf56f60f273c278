"""How the ranking changes with choices, and from one group of slices to another."""

import streamlit as st

from ctviz.cohort.report.strange_fills import strange_fills_of, strange_fills_table
from ctviz.cohort.report.tables import sensitivity_table
from ctviz.ui.session import begin, widget
from ctviz.ui.study.read_findings import FindingsReading, show_chart
from ctviz.ui.study.results.tables import show_table


def show_choices(reading: FindingsReading) -> None:
    """Show what fill, step, sign and share do to the ranking, then the ranks within groups."""
    if not show_chart(reading, "sensitivity"):
        st.info("The study has no second fill, step, sign or share to compare with.")
    show_chart(reading, "fills")
    show_table(strange_fills_table(strange_fills_of(reading.folder)), "strange fills")
    with st.expander("Who moves with each choice"):
        show_table(sensitivity_table(reading.findings, reading.names), "sensitivity")
    _groups(reading)


def _groups(reading: FindingsReading) -> None:
    groups = {name: chart for name, chart in reading.charts.items() if name.startswith("group ")}
    st.markdown("### Within groups of slices")
    if not groups:
        st.info(
            "All slices are of one class, one size of region and one kind of answer, or these are "
            "unknown."
        )
        return
    chosen = st.selectbox(
        "Groups",
        list(groups),
        format_func=lambda name: groups[name].title,
        key=begin(widget("study-group", reading.findings.subject.digest), next(iter(groups))),
        label_visibility="collapsed",
    )
    show_chart(reading, chosen)
