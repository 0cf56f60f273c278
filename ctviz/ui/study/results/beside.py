"""Another finished study beside the open one, in one chart."""

import streamlit as st

from ctviz.cohort import Run, cohort_title, studies
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import read_plan
from ctviz.cohort.report.other_models import findings_beside
from ctviz.cohort.report.two_studies import (
    NamedFindings,
    shared_metrics,
    shared_signs,
    two_studies_chart,
)
from ctviz.cohort.truth import TruthStudy
from ctviz.core import CtvizError
from ctviz.ui.service import backend
from ctviz.ui.session import begin, widget
from ctviz.ui.study.read_findings import FindingsReading, read_findings, show_figure
from ctviz.ui.widgets.plain_text import plain


def show_beside(reading: FindingsReading) -> None:
    """Let the reader choose another study, a metric and a sign, and show both studies' means."""
    own, digest = NamedFindings.of(reading.findings), reading.findings.subject.digest
    others = _on_other_models(reading)
    runs = {run.folder.name: run for run in _finished(reading)}
    if not others and not runs:
        st.info("There is no other finished study of scans to set beside this one.")
        return
    titles = {model: f"{model}, the same plan" for model in others}
    titles |= {name: _title(run) for name, run in runs.items()}
    which, by, how = st.columns([5, 3, 2])
    chosen = which.selectbox(
        "Beside",
        list(titles),
        format_func=titles.__getitem__,
        key=begin(widget("beside-study", digest), next(iter(titles))),
    )
    try:
        other = others.get(chosen) or NamedFindings.of(read_findings(runs[chosen]).findings)
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
        return
    metrics = shared_metrics(own.findings, other.findings)
    signs = shared_signs(own.findings, other.findings)
    if not metrics or not signs:
        st.info("Both studies have no metric, or no sign, in common; choose another one.")
        return
    # Each pair of studies keeps its own choice, as what they share differs.
    key = by.selectbox(
        "Metric",
        metrics,
        format_func=reading.names.metric,
        key=begin(widget("beside-metric", digest, chosen), metrics[0]),
    )
    sign = how.selectbox(
        "Values", signs, key=begin(widget("beside-sign", digest, chosen), signs[-1])
    )
    show_figure(two_studies_chart(own, other, key, sign), "two studies")


def _on_other_models(reading: FindingsReading) -> dict[str, NamedFindings]:
    """Return what the same plan found on its other models."""
    plan = read_plan(StudyFolder(reading.folder).plan)
    found = findings_beside(reading.folder, plan)
    return {model: NamedFindings.of(findings) for model, findings in found.items()}


def _finished(reading: FindingsReading) -> list[Run]:
    """Return the other finished studies of scans."""
    return [
        run
        for run in studies(backend().settings)
        if run.finished and run.folder != reading.folder and not isinstance(run.study, TruthStudy)
    ]


def _title(run: Run) -> str:
    return f"{run.study.name}: {run.study.model}, {cohort_title(run.study)}"
