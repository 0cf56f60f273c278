"""The list is narrowed by how far the reader is, and by what the model says of the cases."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, cast

import plotly.graph_objects as go
import streamlit as st

from ctviz.core.text import count_of
from ctviz.models import ModelCard
from ctviz.store.readings import READING_STATES
from ctviz.ui.cases.answers import (
    TENTHS,
    Answers,
    cell_of_case,
    score_title,
    tenth_of_case,
    tenth_title,
)
from ctviz.ui.cases.listed import Listed
from ctviz.ui.session import ALL_ANSWERS, ALL_SCORES, mirror, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.inks import page_inks
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz import PLOT_CONFIG
from ctviz.viz.charts.answer_bars import answer_cells, cell_places, score_bars

Cell: TypeAlias = tuple[str, str]


def in_state(cases: Iterable[Listed]) -> list[Listed]:
    """Return the cases with which the reader is as far as was chosen."""
    state = session().browsing.state
    return [case for case in cases if not state or _state_of(case) == state]


def in_answers(cases: Iterable[Listed]) -> list[Listed]:
    """Return the cases whose score and cell were chosen."""
    browsing = session().browsing
    return [
        case
        for case in cases
        if browsing.tenth in (ALL_SCORES, tenth_of_case(case))
        and browsing.cell in (ALL_ANSWERS, cell_of_case(case))
    ]


def conditions(card: ModelCard | None) -> list[str]:
    """Return in words what was chosen here."""
    browsing = session().browsing
    state = [browsing.state] if browsing.state else []
    return [*state, *(title for title, _ in _chosen(card))]


def choose_state() -> None:
    """Let a reader who has a name list only cases with which they are as far as they say."""
    browsing, key = session().browsing, widget("state")
    if not session().reader or browsing.state not in READING_STATES:
        browsing.state = ""
    if not session().reader:
        return

    def turn() -> None:
        browsing.state = str(value_of(key) or "")
        browsing.begin_anew()

    st.selectbox(
        "How far you are",
        ["", *READING_STATES],
        format_func=lambda state: state.capitalize() if state else "Read or not",
        **mirror(key, browsing.state, turn),
        label_visibility="collapsed",
        width=150,
        help="How far you are with the cases.",
    )


def choose_answers(cases: Sequence[Listed], card: ModelCard | None) -> None:
    """Offer a model's answers on these cases as charts, of which a part may be chosen."""
    if card is None:
        return
    answers = Answers.of(cases, card.classes)
    with st.popover("Answers", icon=":material/bar_chart:"), st.container(key=widget("answers")):
        missing = len(cases) - answers.classified
        still = f"; {missing} still being classified" if missing else ""
        st.markdown(
            f"Answers on {answers.classified} of {count_of(len(cases), 'case')}{still}. A click on "
            "a bar or a cell lists its cases only."
        )
        scores, cells = st.columns(2, gap="medium")
        with scores:
            _choose_score(answers, card)
        with cells:
            _choose_cell(answers)


def show_chosen(card: ModelCard | None) -> None:
    """Show what of the answers was chosen, each to be removed by a click."""
    for title, drop in _chosen(card):
        st.button(
            plain(title),
            key=widget("chosen", title),
            on_click=uninterrupted(drop),
            icon=":material/close:",
            help="List the others again.",
        )


def _chosen(card: ModelCard | None) -> list[tuple[str, Callable[[], None]]]:
    """Return what was chosen, in words, with how it is dropped."""
    browsing = session().browsing
    found: list[tuple[str, Callable[[], None]]] = []
    if browsing.tenth != ALL_SCORES:
        title = f"{_title(card)} {tenth_title(browsing.tenth)}"
        found.append((title, lambda: _take_score(ALL_SCORES)))
    if browsing.cell != ALL_ANSWERS:
        found.append((_cell_title(browsing.cell), lambda: _take_cell(ALL_ANSWERS)))
    return found


def _title(card: ModelCard | None) -> str:
    return score_title(card.classes, multi_label=card.multi_label) if card else score_title(())


def _choose_score(answers: Answers, card: ModelCard | None) -> None:
    browsing, key = session().browsing, widget("score")
    st.selectbox(
        _title(card).capitalize(),
        [ALL_SCORES, *range(TENTHS)],
        format_func=lambda tenth: (
            "All scores"
            if tenth == ALL_SCORES
            else f"{tenth_title(tenth)}: {count_of(answers.tenths[tenth], 'case')}"
        ),
        **mirror(key, browsing.tenth, lambda: _take_score(int(str(value_of(key))))),
    )
    chosen = None if browsing.tenth == ALL_SCORES else browsing.tenth
    figure = score_bars(answers.tenths, _title(card), chosen, inks=page_inks())
    _chart(figure, "scores", _click_score)


def _choose_cell(answers: Answers) -> None:
    browsing, key = session().browsing, widget("cell")
    if not answers.cells and browsing.cell == ALL_ANSWERS:
        st.caption(
            "None of these cases has both an answer and a true class. Drop a table labels.csv "
            "under Add cases to see which answers are right."
        )
        return
    places = cell_places(answers.truths, answers.labels)
    occurring = [place for place in places if answers.cells[place]]
    also = [] if browsing.cell in (ALL_ANSWERS, *occurring) else [browsing.cell]
    st.selectbox(
        f"True class and answer: {answers.right} of {answers.cells.total()} right",
        [ALL_ANSWERS, *occurring, *also],
        format_func=lambda cell: (
            "All answers"
            if tuple(cell) == ALL_ANSWERS
            else f"{_cell_title(cell)}: {count_of(answers.cells[tuple(cell)], 'case')}"
        ),
        **mirror(key, browsing.cell, lambda: _take_cell(cast("Cell", value_of(key)))),
    )
    chosen = None if browsing.cell == ALL_ANSWERS else browsing.cell
    figure = answer_cells(answers.cells, answers.truths, answers.labels, chosen, inks=page_inks())
    _chart(figure, "cells", lambda place: _click_cell(places[place]))


def _chart(figure: go.Figure, name: str, take: Callable[[int], None]) -> None:
    """Show a chart of bars; ``take`` is told the place of one that was clicked."""
    # A chart remembers what was clicked: after that, and with other numbers, it is another one.
    key = widget(name, hash(figure.to_json()))

    def hear() -> None:
        place = _clicked(value_of(key))
        if place is not None:
            take(place)

    st.plotly_chart(
        figure,
        theme=None,
        config=dict(PLOT_CONFIG),
        key=key,
        on_select=uninterrupted(hear),
        selection_mode="points",
    )


def _clicked(event: object) -> int | None:
    """Return the place of the bar that was clicked last, None for a click beside all of them."""
    points = getattr(getattr(event, "selection", None), "points", [])
    return int(points[-1]["point_index"]) if points else None


def _take_score(tenth: int) -> None:
    browsing = session().browsing
    browsing.tenth = tenth
    browsing.begin_anew()


def _take_cell(cell: Cell) -> None:
    browsing = session().browsing
    browsing.cell = cell
    browsing.begin_anew()


def _click_score(tenth: int) -> None:
    """Take a tenth, or drop the one that is clicked again."""
    _take_score(ALL_SCORES if tenth == session().browsing.tenth else tenth)


def _click_cell(cell: Cell) -> None:
    """Take a cell, or drop the one that is clicked again."""
    _take_cell(ALL_ANSWERS if cell == session().browsing.cell else cell)


def _cell_title(cell: Cell) -> str:
    truth, label = cell
    return f"truth {truth}, answer {label}"


def _state_of(case: Listed) -> str:
    return case.reading.state if case.reading else ""
