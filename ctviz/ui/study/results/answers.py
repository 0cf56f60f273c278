"""What a study says in words: whom to trust, whether the paper's findings hold, how surely."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import streamlit as st

from ctviz.cohort.analysis.leakage import Leakage
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import metric_name, read_plan
from ctviz.cohort.report.answer import answer, headline_metrics, leader
from ctviz.cohort.report.fill_words import mentioned
from ctviz.cohort.report.numbers import with_span
from ctviz.cohort.report.other_models import findings_beside, other_models_table
from ctviz.cohort.report.plain_answer import plain_answer
from ctviz.cohort.report.rank_charts import unbeaten
from ctviz.cohort.report.referee.integrity import seen_words
from ctviz.cohort.report.tables import sign_table, verdict_table
from ctviz.cohort.statistics import Verdict
from ctviz.metrics.trust import trust_words, trusted
from ctviz.ui.study.read_findings import FindingsReading, show_chart
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.widgets.plain_text import plain


@dataclass(frozen=True)
class VerdictBadge:
    """How a verdict looks; its word alone tells it."""

    word: str
    icon: str
    colour: Literal["blue", "orange", "gray"]


BADGES: Mapping[str, VerdictBadge] = MappingProxyType(
    {
        "yes": VerdictBadge("Yes", ":material/check_circle:", "blue"),
        "no": VerdictBadge("No", ":material/cancel:", "orange"),
        "undecided": VerdictBadge("Undecided", ":material/help:", "gray"),
    }
)


def show_answers(reading: FindingsReading) -> None:
    """Show who leads, the answer in words, then the verdicts on the paper's findings."""
    if seen := seen_words(Leakage.load(reading.folder)):
        st.warning(plain(seen), icon=":material/warning:")
    words, picture = st.columns([5, 6], gap="medium")
    with words:
        for sentence in plain_answer(reading.findings, reading.names):
            st.markdown(plain(sentence))
    with picture:
        for key in headline_metrics(reading.findings)[:1]:
            show_chart(reading, f"ranking {key}")
    _leaders(reading)
    with st.expander("The figures behind it, in words"):
        st.markdown(plain(answer(reading.findings, reading.names)))
    if reading.findings.verdicts:
        _verdicts(reading)
        _other_models(reading)
    with st.expander("Absolute against signed values, each estimator on its own"):
        show_table(sign_table(reading.findings, reading.names), "signs")


def _leaders(reading: FindingsReading) -> None:
    """Show the best by each of the headline metrics as a card."""
    keys = headline_metrics(reading.findings)
    for column, key in zip(st.columns(max(1, len(keys))), keys, strict=False):
        if leader(reading.ranking(key)) is not None:
            with column, st.container(border=True):
                st.markdown(_leader(reading, key))


def _leader(reading: FindingsReading, key: str) -> str:
    """Return the best by a metric, as Markdown; nobody where the metric did not pass itself."""
    ranking, metric = reading.ranking(key), reading.names.metrics[key]
    first, name = leader(ranking), metric_name(key)
    if first is None or not trusted(name):
        return (
            f":gray[By {plain(metric.title)}]  \n**No winner is named**  \n"
            f":orange[:material/warning: {plain(trust_words(name))}]"
        )
    warning = unbeaten(reading.names, ranking).get(first.entrant)
    return (
        f":gray[First by {plain(metric.title)}, {metric.better} is better, controls aside]  \n"
        f"**{plain(reading.names.entrant(first.entrant))}**  \n"
        f"{with_span(first.mean, first.interval)} :gray[mean over patients, 95 % interval"
        f"{mentioned(reading.findings, key, first)}]"
        + (f"  \n:orange[:material/warning: {plain(warning)}]" if warning else "")
    )


def _verdicts(reading: FindingsReading) -> None:
    table = verdict_table(reading.findings, reading.names)
    st.markdown("### Do the paper's findings hold on this cohort?")
    for verdict in reading.findings.verdicts:
        _verdict(reading, verdict)
    st.caption(
        f"{plain(table.note)} Undecided means that other patients could well say otherwise. "
        "Findings of Brocki et al., EXTRAAMAS 2022, doi:10.1007/978-3-031-15565-9_1."
    )


def _other_models(reading: FindingsReading) -> None:
    """Show what became of the same findings on the other models of the plan."""
    others = findings_beside(reading.folder, read_plan(StudyFolder(reading.folder).plan))
    show_table(other_models_table(reading.findings, others, reading.names), "other models")


def _verdict(reading: FindingsReading, verdict: Verdict) -> None:
    badge, names = BADGES[verdict.holds], reading.names
    word, claim, why = st.columns([1.3, 5, 6], vertical_alignment="center")
    word.badge(badge.word, icon=badge.icon, color=badge.colour)
    said = names.sentence(verdict.claim)
    claim.markdown(plain(said[:1].upper() + said[1:]))
    reason = plain(names.sentence(verdict.why))
    why.markdown(f"**{with_span(verdict.estimate, verdict.interval)}** :gray[{reason}]")
