"""The compare page: slice, prediction, maps, drawing and scores, in one look."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend import Question
from ctviz.core import Case, Mask
from ctviz.core.text import about
from ctviz.core.theme import THEME
from ctviz.estimators import Estimator
from ctviz.estimators.engine.looks import look_of
from ctviz.metrics import Metric
from ctviz.models import ModelCard
from ctviz.store import AuditEvent, CaseEntry
from ctviz.ui.access import record, record_once
from ctviz.ui.access.sight import seen_regions
from ctviz.ui.compare.beside import beside
from ctviz.ui.compare.case_view import case_view
from ctviz.ui.compare.choices import (
    choose_case,
    choose_model,
    choose_reference,
    choose_target,
)
from ctviz.ui.compare.comparison import (
    UNDEFINED,
    ComparedMap,
    Comparison,
    MapReading,
    by_fill,
    compare,
    span,
    written,
)
from ctviz.ui.compare.completeness import gap_of
from ctviz.ui.compare.controls import trust_none
from ctviz.ui.compare.curves import show_curves, show_fills
from ctviz.ui.compare.dock import show_dock
from ctviz.ui.compare.drawer import offer_maps_and_scores
from ctviz.ui.compare.drawings import (
    drawing_of,
    keep_or_say,
    reference_of,
    reference_regions,
    where_others_have_it,
)
from ctviz.ui.compare.error_bars import ErrorBarsShown, offer_error_bars, wants_error_bars
from ctviz.ui.compare.estimator_choice import chosen_estimators
from ctviz.ui.compare.expected_seconds import WORTH_SAYING, expected_seconds, hold_back, release
from ctviz.ui.compare.exports import Subject, offer_exports
from ctviz.ui.compare.metric_choice import chosen_metrics, meaning
from ctviz.ui.compare.notices import Explained, in_short, say_in_full
from ctviz.ui.compare.outlines import offer_outlines
from ctviz.ui.compare.page_jobs import PageJobs, Place
from ctviz.ui.compare.reading import choose_way, keep_reading
from ctviz.ui.compare.sanity import badge_of
from ctviz.ui.compare.score_jobs import Held
from ctviz.ui.compare.score_table import show_scores
from ctviz.ui.compare.second_opinion import offer_second_opinion, wants_second_opinion
from ctviz.ui.compare.sending import offer_results
from ctviz.ui.compare.strangeness import strangeness_of
from ctviz.ui.compare.what_if.experiments import keep_what_was_wished
from ctviz.ui.compare.what_if.panel import offer_what_if, show_what_if
from ctviz.ui.compare.what_if.trying import Tried, try_out
from ctviz.ui.frame import errors_in_words
from ctviz.ui.routes import map_url
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.viewer import (
    BESIDE,
    Answer,
    BoardCommand,
    BoardData,
    DisplayWindow,
    Pane,
    PaneState,
    ScoreText,
    SliceChange,
    board,
)
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.reader import reader_badge
from ctviz.viz import opening_window

BAR = [19, 17, 16, 16, 18, 10, 11]
"""Widths of the way through the cases, case, model, class, region, drawer and reader."""


def open_link() -> None:
    """Take over what the address bar asks for."""
    session().follow_link()


@st.fragment
def compare_page() -> None:
    """Show one slice of one case with one model, its maps, and how good they are.

    A fragment: choices, strokes, scrolling and finished maps run this and nothing else.
    """
    with errors_in_words():
        keep_reading()
        keep_what_was_wished()
        bar = st.container(key=widget("bar"))
        places = bar.columns(BAR, vertical_alignment="center", gap="xsmall")
        with places[1]:
            entry = choose_case()
        with places[2]:
            card = choose_model()
        if card is None:
            st.info("There is no model yet; Models says why. Cases can be read and drawn on.")
        if entry is None:
            st.info("There is no case yet; add one on Cases.")
        else:
            _read(entry, card, places)


def _read(entry: CaseEntry, card: ModelCard | None, places: Sequence[DeltaGenerator]) -> None:
    state = session()
    case = backend().case(entry.id)
    record_once(AuditEvent.OPENED, entry.id)
    if state.slice is None or state.slice >= entry.slices:
        state.slice = _first_slice(entry)
    with places[0]:
        choose_way(entry)
    with places[4]:
        marked = reference_regions(entry.id, state.slice, state.reader)
        chosen = choose_reference(marked)
    with places[5]:
        offer_maps_and_scores(card.id if card else None)
    with places[6]:
        reader_badge()
    estimators, metrics = chosen_estimators(), chosen_metrics()
    comparison, explained, answer, tried = Comparison((), ""), None, None, None
    if card is not None:
        with errors_in_words():
            held = _held(entry, chosen, marked.get(chosen), metrics)
            comparison, explained, tried = _compare(
                case, card, (estimators, metrics), held, places[3]
            )
    notices = explained.notices(trust_none(comparison, chosen)) if explained else ()
    subject = _subject(case, explained, chosen, tried)
    if card is not None:
        answer = in_short(explained, notices)
    # As high as the board before it is there, so that nothing beneath it moves.
    with st.container(key=widget("stage")):
        _show_board(entry, comparison, chosen, subject, answer)
        show_what_if(entry, card, tried)
    say_in_full(notices)
    _notes(case, card if comparison.compared else None)
    if comparison.compared:
        _dock(comparison, chosen, marked.get(chosen), subject)
    state.write_link()


def _dock(comparison: Comparison, against: str, mask: Mask | None, subject: Subject | None) -> None:
    """Show what the pictures alone do not say, at the lower edge of the screen."""

    def offer() -> None:
        offer_what_if()
        offer_error_bars()
        offer_second_opinion()
        offer_outlines(session().case)
        if subject is not None:
            offer_exports(comparison, subject)
            offer_results(comparison, subject)

    sections = {
        "Scores": lambda: show_scores(comparison, against),
        "Curves": lambda: show_curves(comparison, mask),
        "Fills": lambda: show_fills(comparison),
    }
    show_dock(sections, offer)


def _subject(
    case: Case, explained: Explained | None, against: str, tried: Tried | None
) -> Subject | None:
    """Return what the maps and scores on the screen are of; None while there is no answer."""
    if explained is None:
        return None
    state = session()
    place = state.slice or 0
    return Subject(case.id, place, case.slice(place), explained, state.sign, against, tried)


def _compare(
    case: Case,
    card: ModelCard,
    chosen: tuple[Sequence[Estimator], tuple[Metric, ...]],
    held: Held,
    place: DeltaGenerator,
) -> tuple[Comparison, Explained | None, Tried | None]:
    """Let the reader choose a class; return the answer, and what the estimators make of it."""
    state, page_jobs = session(), PageJobs()
    estimators, metrics = chosen
    image = case.slice(state.slice or 0)
    answer = page_jobs.prediction(image, card.id)
    if not answer.done:
        page_jobs.release_others()
        return Comparison(tuple(map(ComparedMap, estimators)), "the model …", metrics), None, None
    prediction = answer.result(0)
    with place:
        target = choose_target(prediction)
    strangeness = strangeness_of(page_jobs, image, card)
    question, reading = (
        Question(image, card.id, target),
        MapReading(
            state.sign,
            state.unit,
            metrics,
            second_opinion=wants_second_opinion(),
            error_bars=wants_error_bars(),
        ),
    )
    comparison = compare(page_jobs, question, estimators, reading, held)
    explained = Explained(card, prediction, target, strangeness)
    tried = try_out(page_jobs, case.id, image, explained, comparison)
    page_jobs.release_others()
    return comparison, explained, tried


def _held(entry: CaseEntry, chosen: str, mask: Mask | None, metrics: Sequence[Metric]) -> Held:
    """Return what agreement is measured against; other patients are looked at if a metric asks."""
    if mask is None or not any(metric.needs == "others" for metric in metrics):
        return Held(mask)
    return Held(mask, where_others_have_it(entry.id, chosen))


def _first_slice(entry: CaseEntry) -> int:
    """Return the slice to open a case on: the middle one of those that are seen to be marked."""
    marked = sorted({region.slice_index for region in seen_regions(entry.id)})
    return marked[len(marked) // 2] if marked else entry.middle


def _show_board(
    entry: CaseEntry,
    comparison: Comparison,
    chosen: str,
    subject: Subject | None,
    answer: Answer | None,
) -> None:
    state, case = session(), backend().case(entry.id)
    other, tried = chosen.split(": ")[0], subject.tried if subject is not None else None
    board(
        BoardData(
            case=case_view(entry, case),
            slice_index=state.slice or 0,
            window=_window(case),
            panes=[_pane(one, comparison, tried) for one in comparison.compared],
            drawing=drawing_of(entry, state.reader),
            reference=reference_of(entry, other) if other and other != state.reader else None,
            acknowledged=state.acknowledged,
            refused=state.refused,
            saved=state.saved,
            met=state.met,
            busy=comparison.pending or (tried.pending if tried else "") or None,
            idle_checks=comparison.idle_checks or None,
            sign=state.sign,
            unit=state.unit,
            session=state.token,
            heard=state.heard,
            edit=tried.view if tried else None,
            caption=subject.caption if subject is not None else (),
            answer=answer,
            beside=beside(entry, case),
        ),
        key=widget("board"),
        drawn=keep_or_say,
        scrolled=_scrolled,
        commanded=_commanded,
    )


def _window(case: Case) -> DisplayWindow:
    """Return the window to open a case with, as `ctviz explain` shows it."""
    window = opening_window(case.slice(0))
    return DisplayWindow(window.width, window.level)


def _pane(one: ComparedMap, comparison: Comparison, tried: Tried | None) -> Pane:
    estimator, job = one.estimator, one.shown
    state, message = _what_is_missing(one)
    bars, look = _error_bars(one), look_of(estimator.name)
    return Pane(
        id=estimator.name,
        title=estimator.title,
        help=estimator.summary,
        control=estimator.control,
        glyph=THEME.glyph(look),
        colour=look.dark,
        maps=_maps(one),
        state=state,
        progress=None if job is None else job.progress,
        message=message,
        seconds=one.seconds,
        scores=[_score_text(one, metric, comparison) for metric in comparison.metrics],
        badge=badge_of(estimator, one.sanity),
        gap=gap_of(estimator, one.completeness_gap),
        stronger=_seen(one, "stronger", bars.stronger),
        half_widths=_seen(one, "half-width", bars.half_widths),
        chance=bars.chance,
        interval=bars.interval,
        edited=tried.map_of(estimator) if tried else "",
        edited_note=tried.note_on(estimator) if tried else "",
    )


def _error_bars(one: ComparedMap) -> ErrorBarsShown:
    """Return what is known of a map's error bars, if the reader wants them and the map is there."""
    if not wants_error_bars() or one.seconds is None:
        return ErrorBarsShown()
    return ErrorBarsShown.of(one.error_bars)


def _seen(one: ComparedMap, part: str, address: str) -> dict[int, str]:
    """Return the addresses of slices seen before, as long as the same question is asked of them."""
    if not wants_error_bars():
        return {}
    state = session()
    question = (state.case, state.model, state.target, one.estimator, part)
    seen, here = state.maps.setdefault(question, {}), state.slice or 0
    if address:
        seen[here] = address
    return seen


def _what_is_missing(one: ComparedMap) -> tuple[PaneState, str]:
    """Return what keeps a map from being there, and how long it will take if that is long."""
    seconds, job = expected_seconds(session().model, [one.estimator]), one.shown
    time = about(seconds) if seconds is not None and seconds >= WORTH_SAYING else ""
    if one.waits:
        return "waiting", f"This map takes {time}."
    if job is None:
        return "queued", "Waiting for the model"
    if job.done or not time:
        return job.state, job.message
    return job.state, f"{job.message or 'Waiting for its turn'} · {time}"


def _maps(one: ComparedMap) -> dict[int, str]:
    """Return the maps of slices seen before, as long as the same question is asked of them."""
    state = session()
    look = (state.unit, state.sign) if state.unit == "regions" else (state.unit,)
    question = (state.case, state.model, state.target, one.estimator, *look)
    seen, here = state.maps.setdefault(question, {}), state.slice or 0
    job = one.job if state.unit == "pixels" else one.region_map
    if job is not None and job.state == "ready":
        seen[here] = map_url(job.key)
    elif one.job is not None:
        seen.pop(here, None)
    return seen


def _score_text(one: ComparedMap, metric: Metric, comparison: Comparison) -> ScoreText:
    score, fills = one.score(metric.name), one.fills if metric.name == "fidelity" else {}
    dash = "…" if one.awaits(metric.name) else UNDEFINED
    return ScoreText(
        id=metric.name,
        title=metric.short or metric.title,
        text=dash if score.value is None else written(score.value),
        why=score.why,
        better=metric.better,
        best=comparison.is_best(one, metric.name),
        beaten_by=_beaten_by(one, metric.name, comparison),
        help=meaning(metric.name),
        span=span(fills),
        by_choice=by_fill(fills),
    )


def _beaten_by(one: ComparedMap, metric: str, comparison: Comparison) -> str:
    control = comparison.best_control(metric)
    if control is None or not comparison.falls_short(one, metric):
        return ""
    return f"the control {control.title} ({written(control.value)})"


def _notes(case: Case, card: ModelCard | None) -> None:
    """Say what a reader should know before trusting what is on the screen."""
    image = case.slice(session().slice or 0)
    caveats = () if card is None else backend().classifier(card.id).caveats(image)
    for note in (*case.notes, *caveats):
        st.caption(f":material/info: {plain(note)}")


def _scrolled(change: SliceChange) -> None:
    state = session()
    state.heard = change.order_id
    if change.case_id == state.case:
        state.slice = change.slice_index


def _commanded(command: BoardCommand) -> None:
    state = session()
    state.heard = command.order_id or state.heard
    if command.kind == "view":
        state.sign, state.unit = command.sign, command.unit
    elif command.kind == "remove":
        _remove(command.pane_id)
    elif command.kind == "exported":
        record(AuditEvent.EXPORTED, command.pane_id)
    elif command.kind == "cancel":
        hold_back(command.pane_id)
        for place in _places_of(command.pane_id):
            state.page_jobs[place].cancel()
    elif command.kind == "compute":
        release(command.pane_id)
        for place in _places_of(command.pane_id):
            del state.page_jobs[place]


def _remove(pane_id: str) -> None:
    """Take something off the board."""
    if pane_id == BESIDE:
        session().beside = ""
    else:
        session().remove(pane_id)


def _places_of(pane_id: str) -> list[Place]:
    """Return where the session holds what is asked of an estimator."""
    return [
        place
        for place in session().page_jobs
        if any(isinstance(part, Estimator) and part.name == pane_id for part in place)
    ]
