"""Who agrees with the truth, how surely, and by how much: in words, as a chart, in numbers."""

import streamlit as st

from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report.numbers import with_span
from ctviz.cohort.report.rank_charts import best_first, unbeaten
from ctviz.cohort.statistics import Standing
from ctviz.cohort.statistics.patients import FEWEST
from ctviz.cohort.truth.charts import decisive, truth_names
from ctviz.cohort.truth.findings import load_truth_findings
from ctviz.cohort.truth.report import (
    agreement_with_truth_table,
    estimators_answer,
    metrics_answer,
    truth_answer,
)
from ctviz.core import CtvizError
from ctviz.ui.compare.metric_choice import ARROWS
from ctviz.ui.session import begin, widget
from ctviz.ui.study.read_findings import show_chart
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.study.truth.reading import TruthReading
from ctviz.ui.widgets.plain_text import plain


def show_answers(reading: TruthReading) -> None:
    """Show the best estimator and the best control, the answer in words, then the ranking."""
    findings = reading.findings
    if findings.subject.phantoms < FEWEST:
        st.warning(
            f"On fewer than {FEWEST} phantoms no estimator can be shown to beat a control; study "
            "more of them.",
            icon=":material/warning:",
        )
    _cards(reading)
    for sentences in (
        estimators_answer(findings, reading.names),
        metrics_answer(findings, reading.names),
    ):
        st.markdown(plain(" ".join(sentences)))
    _other_models(reading)
    _ranking(reading)
    show_table(agreement_with_truth_table(findings, reading.names), "truth")


def _cards(reading: TruthReading) -> None:
    """Show the estimator and the control that are closest to the truth as cards."""
    placed = [each for each in best_first(decisive(reading.findings)) if each.mean is not None]
    firsts = {
        title: next((each for each in placed if each.entrant.control == control), None)
        for title, control in (("Closest to the truth", False), ("Best control", True))
    }
    shown = {title: standing for title, standing in firsts.items() if standing is not None}
    for column, (title, standing) in zip(
        st.columns(max(1, len(shown))), shown.items(), strict=False
    ):
        with column, st.container(border=True):
            st.markdown(_card(reading, title, standing))


def _card(reading: TruthReading, title: str, standing: Standing) -> str:
    warning = unbeaten(reading.names, decisive(reading.findings)).get(standing.entrant)
    measure = reading.findings.metrics[0]
    return (
        f":gray[{title}, by {plain(measure.title.lower())}; {measure.better} is better]  \n"
        f"**{plain(reading.names.entrant(standing.entrant))}**  \n"
        f"τ = {with_span(standing.mean, standing.interval)} "
        ":gray[mean over phantoms, 95 % interval]"
        + (f"  \n:orange[:material/warning: {plain(warning)}]" if warning else "")
    )


def _other_models(reading: TruthReading) -> None:
    """Say in words what the same phantoms tell of the other models of the plan."""
    for model in reading.study.beside:
        try:
            findings = load_truth_findings(StudyFolder(reading.folder).beside(model))
            said = truth_answer(findings, truth_names(findings))
        except CtvizError as error:
            said = str(error)
        st.markdown(f"**On {plain(model)}**: {plain(said)}")


def _ranking(reading: TruthReading) -> None:
    """Let the reader choose a measure of agreement with the truth, and chart it."""
    measures = {m.key: m for m in reading.findings.metrics if f"ranking {m.key}" in reading.charts}
    if not measures:
        return
    chosen, meaning = st.columns([3, 7], vertical_alignment="center")
    titles = {key: f"{m.title} {ARROWS.get(m.better, '')}" for key, m in measures.items()}
    key = chosen.selectbox(
        "Measure",
        list(measures),
        format_func=titles.__getitem__,
        key=begin(widget("truth-measure", reading.findings.subject.digest), next(iter(measures))),
        label_visibility="collapsed",
    )
    meaning.caption(
        f"{plain(measures[key].summary)} {measures[key].better.capitalize()} is better."
    )
    show_chart(reading, f"ranking {key}")
