"""The compare page: slice, prediction, maps, drawing and scores, in one look."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend import Question
from ctviz.core import Case, CtvizError, Slice
from ctviz.core.orientation import edges
from ctviz.estimators import Estimator
from ctviz.metrics import METRICS
from ctviz.models import ModelCard
from ctviz.store import CaseEntry
from ctviz.ui.choices import (
    choose_case,
    choose_estimators,
    choose_model,
    choose_target,
    choose_yardstick,
    show_prediction,
)
from ctviz.ui.comparison import SHOWN_METRICS, Compared, Comparison, compare
from ctviz.ui.drawings import drawing_of, keep, reference_of, yardsticks
from ctviz.ui.frame import errors_in_words
from ctviz.ui.reader import reader_badge
from ctviz.ui.routes import map_url, pixels_url
from ctviz.ui.score_table import show_curves, show_scores
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.viewer import (
    BoardCommand,
    BoardData,
    CaseView,
    DrawingChange,
    Letters,
    Pane,
    ScoreText,
    SliceChange,
    board,
)

PREDICTION_SECONDS = 30
TOP_ROW = [20, 20, 30, 20, 22, 11]
"""Widths of case, model, prediction, class, region and reader."""


def open_link() -> None:
    """Take over what the address bar asks for."""
    session().follow_link()


@st.fragment
def workbench() -> None:
    """Show one slice of one case with one model, its maps, and how good they are.

    A fragment: choices, strokes, scrolling and finished maps run this and nothing else.
    """
    with errors_in_words():
        choices = st.columns(TOP_ROW, vertical_alignment="center")
        with choices[0]:
            entry = choose_case()
        with choices[1]:
            card = choose_model()
        if entry is None or card is None:
            missing = "case yet; add one on Cases" if entry is None else "model yet"
            st.info(f"There is no {missing}.")
        else:
            _read(entry, card, choices[2:])


def _read(entry: CaseEntry, card: ModelCard, places: Sequence[DeltaGenerator]) -> None:
    state = session()
    case = backend().case(entry.id)
    if state.slice is None or state.slice >= entry.slices:
        state.slice = _first_slice(entry)
    image = case.slice(state.slice)
    prediction = backend().predict(image, card.id).result(PREDICTION_SECONDS)
    with places[0]:
        show_prediction(prediction)
    with places[1]:
        target = choose_target(prediction)
    with places[2]:
        marked = yardsticks(entry.id, state.slice, state.reader)
        chosen = choose_yardstick(marked)
    with places[3]:
        reader_badge()
    estimators = choose_estimators()
    question = Question(image, card.id, target)
    comparison = compare(question, estimators, state.sign, marked.get(chosen))
    _show_board(entry, case, comparison, chosen)
    _notes(case, card, image)
    show_scores(comparison, chosen)
    show_curves(comparison, marked.get(chosen))
    state.write_link()


def _first_slice(entry: CaseEntry) -> int:
    """Return the slice to open a case on: the middle one of those that somebody marked."""
    marked = sorted({region.slice_index for region in backend().store.regions(entry.id)})
    return marked[len(marked) // 2] if marked else entry.middle


def _show_board(entry: CaseEntry, case: Case, comparison: Comparison, chosen: str) -> None:
    state = session()
    other = chosen.split(": ")[0]
    board(
        BoardData(
            case=_case_view(entry, case),
            slice_index=state.slice or 0,
            panes=[_pane(one, comparison) for one in comparison.compared],
            drawing=drawing_of(entry, state.reader),
            reference=reference_of(entry, other) if other and other != state.reader else None,
            acknowledged=state.acknowledged.get((entry.id, state.reader), 0),
            saved=state.saved,
            busy=comparison.pending or None,
            sign=state.sign,
        ),
        key=widget("board"),
        on_drawing=_drawn,
        on_slice=_scrolled,
        on_command=_commanded,
    )


def _case_view(entry: CaseEntry, case: Case) -> CaseView:
    first = case.slices[0]
    rows, columns = entry.shape
    letters = Letters(*edges(first.orientation)) if first.orientation else None
    return CaseView(
        id=entry.id,
        count=entry.slices,
        rows=rows,
        columns=columns,
        pixels=pixels_url(entry.id),
        spacing_mm=entry.spacing_mm,
        letters=letters,
        hounsfield=first.calibrated,
    )


def _pane(one: Compared, comparison: Comparison) -> Pane:
    state, estimator, job = session(), one.estimator, one.job
    # Maps of slices seen before stay at hand while the same question is asked of them.
    seen = state.maps.setdefault((state.case, state.model, state.target, estimator), {})
    seconds = None
    if job.state == "ready":
        seen[state.slice or 0] = map_url(job.key)
        seconds = job.result(0).seconds
    return Pane(
        id=estimator.name,
        title=estimator.title,
        help=estimator.summary,
        control=estimator.control,
        maps=seen,
        state=job.state,
        progress=job.progress,
        message=job.message,
        seconds=seconds,
        scores=[_score_text(one, name, comparison) for name in SHOWN_METRICS],
    )


def _score_text(one: Compared, name: str, comparison: Comparison) -> ScoreText:
    score, metric = one.score(name), METRICS[name]
    best = comparison.best(name)
    return ScoreText(
        id=name,
        title=metric.short or metric.title,
        text="–" if score.value is None else f"{score.value:.2f}",
        why=score.why,
        better=metric.better,
        best=score.value is not None and score.value == best and not one.estimator.control,
    )


def _notes(case: Case, card: ModelCard, image: Slice) -> None:
    """Say what a reader should know before trusting what is on the screen."""
    for note in (*case.notes, *backend().classifier(card.id).caveats(image)):
        st.caption(f":material/info: {note}")


def _drawn(change: DrawingChange) -> None:
    try:
        keep(change)
    except CtvizError as error:
        st.toast(str(error), icon=":material/error:")


def _scrolled(change: SliceChange) -> None:
    state = session()
    if change.case_id == state.case:
        state.slice = change.slice_index


def _commanded(command: BoardCommand) -> None:
    state = session()
    if command.kind == "sign":
        state.sign = command.sign
    for place, job in list(state.held.items()):
        if _belongs(place, command.pane_id):
            if command.kind == "cancel":
                job.cancel()
            elif command.kind == "compute" and job.state in {"cancelled", "failed"}:
                del state.held[place]
    if command.kind == "remove":
        state.remove(command.pane_id)


def _belongs(place: object, pane_id: str) -> bool:
    kind, *_, estimator = place if isinstance(place, tuple) else ("", None)
    return kind == "map" and isinstance(estimator, Estimator) and estimator.name == pane_id
