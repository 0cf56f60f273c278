"""The compare page: slice, prediction, maps, drawing and scores, in one look."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend import on_behalf_of
from ctviz.core import Case
from ctviz.models import ModelCard
from ctviz.store import CaseEntry
from ctviz.ui.compare.choices import (
    choose_case,
    choose_model,
    choose_rather_than,
    choose_reference,
    choose_target,
    may_contrast,
)
from ctviz.ui.compare.curves import show_curves, show_fills
from ctviz.ui.compare.dock import show_dock
from ctviz.ui.compare.drawer import offer_maps_and_scores
from ctviz.ui.compare.error_bars import offer_error_bars
from ctviz.ui.compare.exports import offer_exports
from ctviz.ui.compare.look import OnScreen, look
from ctviz.ui.compare.notices import say_in_full
from ctviz.ui.compare.outlines import offer_outlines
from ctviz.ui.compare.reading import choose_way, keep_reading
from ctviz.ui.compare.score_table import show_scores
from ctviz.ui.compare.second_model import MARKS
from ctviz.ui.compare.second_opinion import offer_second_opinion
from ctviz.ui.compare.sending import offer_results
from ctviz.ui.compare.what_if.experiments import keep_what_was_wished
from ctviz.ui.compare.what_if.panel import offer_what_if, show_what_if
from ctviz.ui.frame import errors_in_words
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.viewer import board
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.reader import reader_badge
from ctviz.ui.widgets.said import show_said

BAR = [19, 17, 16, 16, 18, 10, 11]
"""Widths of the way through the cases, case, model, class, region, drawer and reader."""
BAR_OF_CONTRASTS = [19, 13, 12, 12, 14, 17, 10, 11]
"""The same with a place for the class that another is explained against, behind that one's."""


def open_link() -> None:
    """Take over what the address bar asks for."""
    session().follow_link()


@st.fragment
def compare_page() -> None:
    """Show one slice of one case with one model, its maps, and how good they are.

    A fragment: choices run this and nothing else. What a reader does on the board, and maps that
    are finished, need no run (`ctviz.ui.compare.mail`); it follows when the reader rests.
    """
    with errors_in_words(), on_behalf_of(session().token):
        keep_reading()
        keep_what_was_wished()
        bar = st.container(key=widget("bar"))
        shown = backend().models().cards.get(session().model)
        widths = BAR_OF_CONTRASTS if shown and may_contrast(shown) else BAR
        places = bar.columns(widths, vertical_alignment="center", gap="xsmall")
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
        show_said()


def _read(entry: CaseEntry, card: ModelCard | None, places: Sequence[DeltaGenerator]) -> None:
    with session().looking:
        seen = look(entry, card)
        told = seen.board()
        session().page_shows = seen.on_the_page(told)
    with places[0]:
        choose_way(entry)
    with places[3]:
        if seen.prediction is not None:
            choose_target(seen.prediction)
    if len(places) > len(BAR) and seen.explained is not None:
        with places[4]:
            choose_rather_than(seen.explained.card, seen.explained.target)
    with places[-3]:
        choose_reference(seen.marked)
    with places[-2]:
        offer_maps_and_scores(card.id if card else None)
    with places[-1]:
        reader_badge()
    if seen.trouble:
        st.error(plain(seen.trouble), icon=":material/error:")
    # As high as the board before it is there, so that nothing beneath it moves.
    with st.container(key=widget("stage")):
        board(replace(told, behind=False), key=widget("board"))
        show_what_if(entry, card, seen.tried)
    say_in_full(seen.notices)
    if seen.explained is not None and seen.explained.contrast:
        st.caption(f":material/compare_arrows: {plain(seen.explained.contrast)}")
    _notes(seen.case, card if seen.comparison.compared else None)
    if seen.comparison.compared:
        _dock(seen)
    session().write_link()


def _dock(seen: OnScreen) -> None:
    """Show what the pictures alone do not say, at the lower edge of the screen."""
    comparison = seen.comparison

    def offer() -> None:
        offer_what_if()
        offer_error_bars()
        offer_second_opinion()
        offer_outlines(session().case)
        if (subject := seen.subject) is not None:
            offer_exports(seen.parts)
            offer_results(comparison, subject)

    sections = {
        "Scores": lambda: _scores(seen),
        "Curves": lambda: show_curves(comparison, seen.marked.get(seen.against)),
        "Fills": lambda: show_fills(comparison),
    }
    show_dock(sections, offer)


def _scores(seen: OnScreen) -> None:
    """Show the scores of each model."""
    parts = seen.parts
    if len(parts) == 1 or not parts:
        show_scores(seen.comparison, seen.against)
        return
    for place, mark, (comparison, subject) in zip(st.columns(2), MARKS, parts, strict=True):
        with place:
            card = subject.explained.card
            st.markdown(f"**{mark}** {plain(card.title)}")
            show_scores(comparison, seen.against, card.id)


def _notes(case: Case, card: ModelCard | None) -> None:
    """Say what a reader should know before trusting what is on the screen."""
    image = case.slice(session().slice or 0)
    caveats = () if card is None else backend().classifier(card.id).caveats(image)
    for note in (*case.notes, *caveats):
        st.caption(f":material/info: {plain(note)}")
