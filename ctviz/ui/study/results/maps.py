"""What the maps of a study look like: typical slices, and those on which rankings part."""

import streamlit as st

from ctviz.cohort.contact_sheet import load_sheet
from ctviz.cohort.report.sheet_charts import sheet_charts
from ctviz.ui.study.read_findings import FindingsReading, show_figure


def show_maps(reading: FindingsReading) -> None:
    """Show the sheets that were drawn when the study ended."""
    sheets = sheet_charts(load_sheet(reading.folder))
    if not sheets:
        st.info("This study was run before maps were kept to look at; start it again to draw them.")
    for name, chart in sheets.items():
        show_figure(chart, name)
