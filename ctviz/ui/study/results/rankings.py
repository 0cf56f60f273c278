"""The ranking by each metric, how sure it is, and who can be told apart."""

import streamlit as st

from ctviz.cohort.report.answer import headline_metrics
from ctviz.cohort.report.tables import overview_table, standing_table
from ctviz.ui.compare.metric_choice import ARROWS
from ctviz.ui.session import begin, widget
from ctviz.ui.study.read_findings import FindingsReading, show_chart
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.widgets.plain_text import plain

OVERVIEW = "all metrics"


def show_rankings(reading: FindingsReading) -> None:
    """Let the reader choose a metric, or all of them, and show everything about its ranking."""
    first = headline_metrics(reading.findings)
    ordered = sorted(reading.metrics(), key=lambda metric: metric.key not in first[:1])
    metrics = {metric.key: metric for metric in ordered}
    if not metrics:
        st.info("No metric of this study has a score; see what is missing, and why.")
        return
    chosen, meaning = st.columns([3, 7], vertical_alignment="center")
    titles = {key: f"{m.title} {ARROWS.get(m.better, '')}" for key, m in metrics.items()}
    key = chosen.selectbox(
        "Metric",
        [*metrics, OVERVIEW],
        format_func=lambda key: titles.get(key, "All metrics side by side"),
        key=begin(widget("study-metric", reading.findings.subject.digest), next(iter(metrics))),
        label_visibility="collapsed",
    )
    if key == OVERVIEW:
        show_table(overview_table(reading.findings, reading.names), "overview")
        return
    meaning.caption(f"{plain(metrics[key].summary)} {metrics[key].better.capitalize()} is better.")
    _ranking(reading, key)


def _ranking(reading: FindingsReading, key: str) -> None:
    show_chart(reading, f"ranking {key}")
    show_table(standing_table(reading.findings, reading.names, key), "standings")
    st.caption(
        "First is the share of the draws of patients in which an entrant leads. An estimator that "
        "is not clearly better than a control says so in its note."
    )
    show_chart(reading, f"difference {key}")
    show_chart(reading, f"frequencies {key}")
    with st.expander("Every pair of estimators", on_change="rerun") as pairs:
        if pairs.open and not show_chart(reading, f"pairs {key}"):
            st.caption("There are too few patients for a test of pairs.")
