"""Where what the model needs and what a reader drew rank the estimators differently."""

import streamlit as st

from ctviz.cohort.analysis.findings import Disputed, MetricAgreement
from ctviz.cohort.report.discrepancy_charts import headlines
from ctviz.cohort.report.numbers import figure, span
from ctviz.cohort.report.tables import agreement_table
from ctviz.cohort.statistics import Move
from ctviz.ui.cases.gallery import COMPARE_PAGE
from ctviz.ui.session import widget
from ctviz.ui.study.read_findings import FindingsReading, show_chart
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz.documents import Table

MOST_MOVED, MOST_DISPUTED = 8, 10
ON_COMPARE = 4
"""So many estimators stand side by side when a slice is opened."""


def show_discrepancy(reading: FindingsReading) -> None:
    """Show ranks side by side, Kendall's τ, and the estimators and slices that disagree most."""
    pairs = headlines(reading.findings)
    if not pairs:
        st.info(
            "There is nothing to compare: that takes fidelity, a metric of agreement, and slices "
            "with a drawn region."
        )
        return
    show_chart(reading, "discrepancy")
    for column, pair in zip(st.columns(len(pairs)), pairs, strict=True):
        with column:
            show_table(_moves(reading, pair), f"moves {pair.second}")
    show_table(agreement_table(reading.findings, reading.names), "agreement")
    for pair in pairs:
        show_chart(reading, f"scatter {pair.second}")
    st.markdown("### Slices on which they disagree most")
    st.caption(
        "Kendall's τ of the estimators on the slice: −1 is the reverse order. They are chosen for "
        "being extreme, so look at them rather than count them. Each opens on Compare with the "
        "estimators whose ranks differ most."
    )
    for column, pair in zip(st.columns(len(pairs)), pairs, strict=True):
        with column:
            _slices(reading, pair)


def _moves(reading: FindingsReading, pair: MetricAgreement) -> Table:
    """Return the estimators whose ranks by the two metrics differ most."""
    first, second = reading.names.metric(pair.first), reading.names.metric(pair.second)
    own = [move for move in _most_moved(pair) if not reading.names.repeats(move.entrant)]
    moved = [move for move in own[:MOST_MOVED] if move.fall]
    return Table(
        f"Estimators that disagree most: {first} and {second}",
        ("Estimator", f"Rank by {first}", f"Rank by {second}", "Falls by (95 %)"),
        tuple(
            (
                reading.names.entrant(move.entrant),
                f"{move.first:g}",
                f"{move.second:g}",
                f"{figure(move.fall, 0)} ({span(move.interval, 0)})",
            )
            for move in moved
        ),
        note="1 is best; a negative fall is a rise." if moved else "No rank differs.",
    )


def _most_moved(pair: MetricAgreement) -> list[Move]:
    return sorted(pair.moves, key=lambda move: -abs(move.fall))


def _slices(reading: FindingsReading, pair: MetricAgreement) -> None:
    names = reading.names
    st.markdown(f"**{plain(names.metric(pair.first))} and {plain(names.metric(pair.second))}**")
    own = [each for each in reading.findings.disputed if each.second == pair.second]
    with st.container(key=widget("disputed", pair.second), gap=None):
        for disputed in own[:MOST_DISPUTED]:
            st.page_link(
                COMPARE_PAGE,
                label=plain(_label(disputed)),
                icon=":material/arrow_forward:",
                query_params=_address(reading, pair, disputed),
            )


def _label(disputed: Disputed) -> str:
    wrong = disputed.truth not in {"", disputed.predicted}
    answered = f", truth {disputed.truth}, answered {disputed.predicted}" if wrong else ""
    tau = figure(disputed.tau)
    return f"{disputed.case}, slice {disputed.slice_index + 1}: τ {tau}{answered}"


def _address(reading: FindingsReading, pair: MetricAgreement, disputed: Disputed) -> dict[str, str]:
    """Return the address of a slice on Compare, with the estimators whose ranks differ most."""
    estimators = list(dict.fromkeys(move.entrant.estimator for move in _most_moved(pair)))
    return {
        "case": disputed.case,
        "slice": str(disputed.slice_index),
        "model": reading.model,
        "estimators": ",".join(estimators[:ON_COMPARE]),
    }
