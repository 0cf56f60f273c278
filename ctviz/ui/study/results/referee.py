"""What a referee asks: the limits of the numbers, since when the plan is fixed, checklists."""

import streamlit as st

from ctviz.cohort.report.referee.claim_2024 import CLAIM_2024
from ctviz.cohort.report.referee.clix_m import CLIX_M
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.cohort.report.referee.limits import limits
from ctviz.cohort.report.referee.metric_trust import metric_trust_table
from ctviz.cohort.report.referee.pack import integrity
from ctviz.ui.service import backend
from ctviz.ui.study.read_findings import FindingsReading
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz.documents import Table


def show_referee(reading: FindingsReading) -> None:
    """Show what the numbers cannot say, then what is known of the plan, and both checklists."""
    card = backend().models().cards.get(reading.model)
    facts = StudyFacts.of(reading.folder, reading.findings, card)
    st.markdown("### What these numbers cannot say")
    _points(limits(facts))
    st.markdown("### Plan and training")
    _points(integrity(facts))
    show_table(metric_trust_table(facts), "metric-trust")
    for checklist in (CLAIM_2024, CLIX_M):
        _checklist(checklist.table(facts))


def _checklist(table: Table) -> None:
    """Show a checklist item by item, for its answers are too long for cells."""
    with st.expander(plain(table.caption)):
        for place, (number, asks, answer) in enumerate(table.rows):
            said = f":gray[{plain(answer)}]" if place in table.faint else plain(answer)
            st.markdown(f"{number}\\. **{plain(asks)}**  \n{said}")
        st.caption(plain(table.note))


def _points(sentences: tuple[str, ...]) -> None:
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
