"""The cases page: every case as a picture with what is known of it, and the door to Compare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend.cases.demo import MADE
from ctviz.core import Prediction
from ctviz.core.text import count_of
from ctviz.store import CaseEntry
from ctviz.ui.access import may
from ctviz.ui.cases.bin import BIN, do_what_was_wished, selection_bar, show_bin
from ctviz.ui.cases.grid import in_columns, page_of, select_box, thumbnail_of
from ctviz.ui.cases.rename import do_rename
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.widgets.plain_text import plain, plainly
from ctviz.ui.widgets.waiting import rerun_when

CALM = 4
COMPARE_PAGE = "pages/compare.py"


@dataclass(frozen=True)
class Listed:
    """One case of the list with what a reader wants to know before opening it."""

    entry: CaseEntry
    prediction: Prediction | None
    readers: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """Whether the truth is known and the model says something else."""
        truth, prediction = self.entry.truth, self.prediction
        return truth is not None and prediction is not None and truth != prediction.label


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
    st.image(thumbnail_of(entry.id), width="stretch")
    slices = count_of(entry.slices, "slice")
    st.markdown(f"**{plain(entry.title)}**  \n:gray[{plain(entry.id)} · {slices}]")
    said = (
        f"{plain(prediction.label)} **{prediction.confidence:.2f}**"
        if prediction
        else "classifying …"
    )
    wrong = f"  \n:orange[truth: {plain(entry.truth)}]" if listed.wrong else ""
    drawn = f"drawn by {plainly(listed.readers)}" if listed.readers else "not annotated"
    st.markdown(f"{said}{wrong}  \n:gray[{drawn}]")
    # A link rather than a button: no rerun of the page can swallow the click.
    with st.container(key=widget("open", entry.id), horizontal=True, vertical_alignment="center"):
        st.page_link(
            COMPARE_PAGE,
            label="Open",
            icon=":material/arrow_forward:",
            query_params={"case": entry.id},
        )
        if may("delete"):
            select_box(entry.id)


def _listed(model_id: str) -> list[Listed]:
    service = backend()
    predictions = service.case_predictions(model_id) if model_id else {}
    readers = service.store.annotations()
    return [
        Listed(entry, predictions.get(entry.id), readers.get(entry.id, ()))
        for entry in service.cases()
    ]


def _missing(model_id: str) -> int:
    return sum(listed.prediction is None for listed in _listed(model_id))


def _offered(cases: Sequence[Listed], *, binned: bool = False) -> list[str]:
    """Return the filters that can find something out: who is wrong only where a truth is known."""
    knowable = any(listed.entry.truth is not None for listed in cases)
    names = [name for name in FILTERS if knowable or name != WRONG]
    return [*names, BIN] if binned else names


def _top_row(title: str, offered: Sequence[str]) -> DeltaGenerator:
    """Show count, filter and order; return the place for the page number."""
    browsing = session().browsing
    said, which, page, order = st.columns([3, 4, 2, 2], vertical_alignment="center")
    said.markdown(title)
    if browsing.which not in offered:
        browsing.which = offered[0]
    if browsing.order not in ORDERS:
        browsing.order = next(iter(ORDERS))
    which_key, order_key = widget("filter"), widget("order")

    def choose() -> None:
        """Take over another choice, which begins at the first page with nothing selected."""
        which, order = str(value_of(which_key) or offered[0]), str(value_of(order_key))
        if which != browsing.which:
            browsing.selected.clear()
        browsing.which, browsing.order, browsing.page = which, order, 0

    which.segmented_control(
        "Show",
        offered,
        key=mirror(which_key, browsing.which),
        on_change=choose,
        label_visibility="collapsed",
    )
    order.selectbox(
        "Sort",
        list(ORDERS),
        key=mirror(order_key, browsing.order),
        on_change=choose,
        label_visibility="collapsed",
    )
    return page


def show_cases(model_id: str) -> None:
    """Show the cases as a grid with filter and order, what ``model_id`` says of each included."""
    do_rename()
    do_what_was_wished()
    cases, binned = _listed(model_id), backend().store.bin.cases()
    if not cases and not binned:
        return
    missing = sum(listed.prediction is None for listed in cases) if model_id else 0
    if missing:
        # A handful at a time, so that the pictures stay calm while the device is busy.
        calm = max(0, missing - CALM)
        rerun_when(lambda: _missing(model_id) <= calm)
    still = f"  \n:gray[{missing} still being classified]" if missing else ""
    offered = _offered(cases, binned=bool(binned))
    place = _top_row(f"**{count_of(len(cases), 'case')}**{still}", offered)
    browsing = session().browsing
    if browsing.which == BIN:
        show_bin(binned, place)
        return
    shown = sorted(filter(FILTERS[browsing.which], cases), key=ORDERS[browsing.order])
    page = page_of(shown, place)
    selection_bar([listed.entry for listed in page])
    if not shown:
        still = f" {count_of(missing, 'case')} still being classified." if missing else ""
        st.info(
            f"No case is in '{browsing.which.lower()}'.{still} Choose another filter to see the "
            "others."
        )
    in_columns(page, _card)
