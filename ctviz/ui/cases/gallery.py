"""The cases page: every case as a picture with what is known of it, and the door to Compare."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend.cases.demo import MADE
from ctviz.core.text import count_of
from ctviz.models import ModelCard
from ctviz.store import CaseEntry, Reading
from ctviz.ui.access import may
from ctviz.ui.access.sight import seen_annotations, sight
from ctviz.ui.cases.bin import BIN, do_what_was_wished, selection_bar, show_bin
from ctviz.ui.cases.collections import choose_collection
from ctviz.ui.cases.grid import in_columns, page_of, select_box, thumbnail_of
from ctviz.ui.cases.listed import Listed
from ctviz.ui.cases.narrowing import (
    choose_answers,
    choose_state,
    conditions,
    in_answers,
    in_state,
    show_chosen,
)
from ctviz.ui.cases.rename import do_rename
from ctviz.ui.cases.table import show_table
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.widgets.plain_text import plain, plainly
from ctviz.ui.widgets.waiting import rerun_when

CALM = 4
VIEW_ICONS = {"Cards": "grid_view", "Table": "table_rows"}
VIEWS = tuple(VIEW_ICONS)
COMPARE_PAGE = "pages/compare.py"


def _newest_first(entry: CaseEntry) -> tuple[int, int, str, float]:
    """Order own cases by age, then each demo cohort by name: while it is made, no card moves."""
    if entry.source not in MADE:
        return -1, 0, "", -entry.added.timestamp()
    # Shorter names first, so that number 9 comes before number 10.
    return MADE.index(entry.source), len(entry.title), entry.title, 0.0


WRONG = "Wrongly classified"
FILTERS: dict[str, Callable[[Listed], bool]] = {
    "All": lambda _: True,
    "Not annotated": lambda listed: not listed.readers,
    "Annotated": lambda listed: bool(listed.readers),
    WRONG: lambda listed: listed.wrong,
}
ORDERS: dict[str, Callable[[Listed], Any]] = {
    "Newest first": lambda listed: _newest_first(listed.entry),
    "Least confident first": lambda listed: (
        listed.prediction.confidence if listed.prediction else 1.0
    ),
    "By name": lambda listed: (listed.entry.title, listed.entry.id),
}


def _card(listed: Listed) -> None:
    entry, prediction = listed.entry, listed.prediction
    st.image(thumbnail_of(entry.id), width="stretch", alt=f"A slice of {entry.title}")
    slices = count_of(entry.slices, "slice")
    st.markdown(f"**{plain(entry.title)}**  \n:gray[{plain(entry.id)} · {slices}]")
    said = (
        " · ".join(f"{plain(name)} **{share:.2f}**" for name, share in prediction.told)
        if prediction
        else "classifying …"
    )
    wrong = f"  \n:orange[truth: {plain(entry.truth)}]" if listed.wrong else ""
    drawn = f"drawn by {plainly(listed.readers)}" if listed.readers else listed.undrawn
    how_far = f"{listed.reading.state} · " if listed.reading else ""
    st.markdown(f"{said}{wrong}  \n:gray[{how_far}{drawn}]")
    with st.container(key=widget("open", entry.id), horizontal=True, vertical_alignment="center"):
        _open_link(entry.id)
        if may("delete"):
            select_box(entry.id)


def _open_link(case_id: str) -> None:
    # A link rather than a button: no rerun of the page can swallow the click.
    st.page_link(
        COMPARE_PAGE,
        label="Open",
        icon=":material/arrow_forward:",
        query_params={"case": case_id},
    )


def _listed(model_id: str, entries: Sequence[CaseEntry]) -> list[Listed]:
    service = backend()
    predictions = service.case_predictions(model_id, entries) if model_id else {}
    readers, hidden = seen_annotations(), not sight().everything
    reader = session().reader
    readings = service.store.readings(reader) if reader else {}
    return [
        Listed(
            entry,
            predictions.get(entry.id),
            readers.get(entry.id, ()),
            readings.get(entry.id, Reading(entry.id, reader)) if reader else None,
            hidden=hidden,
        )
        for entry in entries
    ]


def _offered(cases: Sequence[Listed], *, binned: bool = False) -> list[str]:
    """Return the filters that can find something out: who is wrong only where a truth is known."""
    knowable = any(listed.entry.truth is not None for listed in cases)
    names = [name for name in FILTERS if knowable or name != WRONG]
    return [*names, BIN] if binned else names


def _top_row() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Show search, order and view; return the places for the collection and the page number."""
    browsing = session().browsing
    collection, search, page, order, view = st.columns(
        [5.2, 3.6, 2.3, 2.9, 2.4], vertical_alignment="center", gap="small"
    )
    if browsing.order not in ORDERS:
        browsing.order = next(iter(ORDERS))
    if browsing.view not in VIEWS:
        browsing.view = VIEWS[0]
    order_key, words_key, view_key = map(widget, ("order", "words", "view"))

    def choose() -> None:
        """Take over another choice, which begins at the first page with nothing selected."""
        words, view = str(value_of(words_key) or ""), str(value_of(view_key) or VIEWS[0])
        if (words, view) != (browsing.words, browsing.view):
            browsing.selected.clear()
        browsing.words, browsing.view, browsing.page = words, view, 0
        browsing.order = str(value_of(order_key))

    search.text_input(
        "Search",
        placeholder="Search",
        **mirror(words_key, browsing.words, choose),
        icon=":material/search:",
        label_visibility="collapsed",
        help="Words, or how they begin, of title, case, patient, class, reader, your note, or how "
        "far you are; all of them must be found.",
    )
    order.selectbox(
        "Sort",
        list(ORDERS),
        **mirror(order_key, browsing.order, choose),
        label_visibility="collapsed",
    )
    view.segmented_control(
        "View",
        VIEWS,
        format_func=lambda name: f":material/{VIEW_ICONS[name]}:",
        **mirror(view_key, browsing.view, choose),
        label_visibility="collapsed",
    )
    return collection, page


def _choose_filter(offered: Sequence[str]) -> None:
    browsing, key = session().browsing, widget("filter")
    if browsing.which not in offered:
        browsing.which = offered[0]

    def choose() -> None:
        browsing.which = str(value_of(key) or offered[0])
        browsing.begin_anew()

    st.segmented_control(
        "Show", offered, **mirror(key, browsing.which, choose), label_visibility="collapsed"
    )


def show_cases(model_id: str) -> None:
    """Show the cases as a grid with filter and order, what ``model_id`` says of each included."""
    do_rename()
    do_what_was_wished()
    entries, binned = backend().cases(), backend().store.bin.cases()
    if not entries and not binned:
        return
    collection, place = _top_row()
    cases = _listed(model_id, choose_collection(entries, collection))
    missing = [each.entry.id for each in cases if each.prediction is None] if model_id else []
    if missing:
        collection.markdown(f":gray[{len(missing)} still being classified]")
        # A handful at a time, so that the pictures stay calm while the device is busy.
        calm = max(0, len(missing) - CALM)
        rerun_when(lambda: backend().unclassified(model_id, missing) <= calm)
    # Filled from left to right, at last with what can be done with what is selected below.
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with bar:
        _choose_filter(_offered(cases, binned=bool(binned)))
    if session().browsing.which == BIN:
        show_bin(binned, place, bar)
    else:
        _show_found(cases, backend().models()[model_id] if model_id else None, place, bar)


def _show_found(
    cases: Sequence[Listed], card: ModelCard | None, place: DeltaGenerator, bar: DeltaGenerator
) -> None:
    """Show the cases that search, filter and answers leave, with their choices in the bar."""
    browsing = session().browsing
    with bar:
        choose_state()
        found = in_state(listed for listed in cases if FILTERS[browsing.which](listed))
        found = [listed for listed in found if listed.has(browsing.words)]
        choose_answers(found, card)
        show_chosen(card)
    shown = sorted(in_answers(found), key=ORDERS[browsing.order])
    browsing.shown = tuple(listed.entry.id for listed in shown)
    if not shown:
        with bar:
            selection_bar([])
        _say_that_nothing_is_found(
            sum(listed.prediction is None for listed in cases) if card else 0,
            conditions(card),
        )
    elif browsing.view == VIEWS[0]:
        page = page_of(shown, place)
        with bar:
            selection_bar([listed.entry for listed in page])
        in_columns(page, _card)
    else:
        place.markdown(f":gray[{len(shown)} shown]")
        browsing.selected = show_table(shown)
        with bar:
            if len(browsing.selected) == 1:
                _open_link(*browsing.selected)
            selection_bar([listed.entry for listed in shown], whole=True)


def _say_that_nothing_is_found(missing: int, also: Sequence[str]) -> None:
    browsing = session().browsing
    still = f" {count_of(missing, 'case')} still being classified." if missing else ""
    of = f" with '{plain(browsing.words)}'" if browsing.words.strip() else ""
    chosen = " and ".join(f"'{plain(each)}'" for each in (browsing.which.lower(), *also))
    st.info(
        f"No case{of} is in {chosen}.{still} Choose another filter or search for something else to "
        "see the others."
    )
