"""The results of a study of phantoms, section by section; only the one that is shown is drawn."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from types import MappingProxyType

import streamlit as st

from ctviz.cohort import Run, failures_of
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report.tables import failure_table
from ctviz.cohort.truth import TruthStudy
from ctviz.cohort.truth.charts import PARTS
from ctviz.cohort.truth.report import (
    effect_table,
    metrics_answer,
    missing_table,
    trust_table,
    truth_report,
)
from ctviz.ui.study.downloads import (
    Offer,
    figures_offer,
    plan_offer,
    report_offers,
    score_offers,
    show_offers,
)
from ctviz.ui.study.read_findings import show_chart
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.study.sections import chosen_section
from ctviz.ui.study.truth.answers import show_answers
from ctviz.ui.study.truth.picture import show_picture
from ctviz.ui.study.truth.reading import TruthReading, read_truth
from ctviz.ui.widgets.plain_text import plain


def show_truth(run: Run, study: TruthStudy) -> None:
    """Let the reader choose a section of what a study of phantoms found, and show it."""
    reading = read_truth(run, study)
    SECTIONS[chosen_section(SECTIONS, "truth-section")](run, reading)


def show_parts(reading: TruthReading) -> None:
    """Show what each part does to the answer, over all phantoms."""
    show_chart(reading, PARTS)
    show_table(effect_table(reading.findings), "parts")


def show_metrics(reading: TruthReading) -> None:
    """Show which metrics rank the estimators as the truth does."""
    st.markdown(plain(" ".join(metrics_answer(reading.findings, reading.names))))
    show_table(trust_table(reading.findings, reading.names), "metrics")


def show_gaps(reading: TruthReading) -> None:
    """Show where there is no value, and which phantoms failed."""
    missing = missing_table(reading.findings, reading.names)
    failures = [asdict(failure) for failure in failures_of(reading.folder)]
    if missing is None and not failures:
        st.info("Nothing is missing: every map was held against the truth on every phantom.")
    show_table(missing, "undefined")
    if failures:
        show_table(failure_table(failures), "failures")
        st.caption("Starting the study again tries these phantoms once more.")


def _offers(run: Run, reading: TruthReading) -> Iterator[Offer]:
    holds = "the answer, a typical phantom, every table of this page, methods"
    document = truth_report(reading.findings, reading.charts, StudyFolder(run.folder).found)
    yield from report_offers(run, lambda: document, holds)
    yield figures_offer(reading)
    yield Offer(
        "Effects, CSV",
        "-effects.csv",
        "text/csv",
        StudyFolder(run.folder).effects_csv.read_bytes,
        "One row for each part of each phantom: what it does to the log-odds and the probability.",
    )
    yield from score_offers(run)
    yield plan_offer(run)


SECTIONS: Mapping[str, Callable[[Run, TruthReading], None]] = MappingProxyType(
    {
        "Answer": lambda _, reading: show_answers(reading),
        "One phantom": lambda _, reading: show_picture(reading),
        "What the parts do": lambda _, reading: show_parts(reading),
        "Metrics": lambda _, reading: show_metrics(reading),
        "What is missing": lambda _, reading: show_gaps(reading),
        "Downloads": lambda run, reading: show_offers(run, _offers(run, reading)),
    }
)
"""In the order in which a researcher asks."""
