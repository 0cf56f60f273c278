"""The cases page: every case as a picture with what is known of it, and the door to Compare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend.cases.demo import MADE
from ctviz.core import Prediction
from ctviz.core.text import count_of
from ctviz.store import CaseEntry
from ctviz.ui.service import backend
from ctviz.ui.session import widget
from ctviz.ui.widgets.plain_text import plain, plainly
from ctviz.ui.widgets.waiting import rerun_when
from ctviz.viz import WINDOWS, thumbnail

COLUMNS = 6
PER_PAGE = 24
CALM = 4
THUMBNAIL_PIXELS = 256
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


@lru_cache(maxsize=512)
def _thumbnail(case_id: str) -> bytes:
    """Return the middle slice as PNG; a case's pixels never change, so it may be kept."""
    case = backend().case(case_id)
    middle = case.slices[len(case.slices) // 2]
    return thumbnail(middle, THUMBNAIL_PIXELS, WINDOWS["mediastinum"])


def _card(listed: Listed) -> None:
    entry, prediction = listed.entry, listed.prediction
    with st.container(border=True):
        st.image(_thumbnail(entry.id), width="stretch")
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
        with st.container(key=widget("open", entry.id)):
            st.page_link(
                COMPARE_PAGE,
                label="Open",
                icon=":material/arrow_forward:",
                query_params={"case": entry.id},
                width="stretch",
            )


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


def _offered(cases: Sequence[Listed]) -> list[str]:
    """Return the filters that can find something out: who is wrong only where a truth is known."""
    knowable = any(listed.entry.truth is not None for listed in cases)
    return [name for name in FILTERS if knowable or name != WRONG]


def _top_row(cases: Sequence[Listed], missing: int) -> tuple[str, str, DeltaGenerator]:
    """Show count, filter and order; return the choices and the place for the page number."""
    title, which, page, order = st.columns([3, 4, 2, 2], vertical_alignment="center")
    still = f"  \n:gray[{missing} still being classified]" if missing else ""
    title.markdown(f"**{count_of(len(cases), 'case')}**{still}")
    offered = _offered(cases)
    chosen = which.segmented_control(
        "Show",
        offered,
        default="All",
        key=widget("filter", len(offered)),
        label_visibility="collapsed",
    )
    ordered = order.selectbox(
        "Sort", list(ORDERS), key=widget("order"), label_visibility="collapsed"
    )
    return chosen or "All", ordered, page


def _page_of(cases: list[Listed], place: DeltaGenerator, choices: tuple[str, str]) -> list[Listed]:
    """Return the part of a long list that is on the screen; other choices begin at page 1."""
    pages = -(-len(cases) // PER_PAGE)
    if pages <= 1:
        return cases
    page = place.selectbox(
        "Page",
        range(pages),
        format_func=lambda number: f"page {number + 1} of {pages}",
        key=widget("page", pages, *choices),
        label_visibility="collapsed",
    )
    return cases[page * PER_PAGE : (page + 1) * PER_PAGE]


def show_cases(model_id: str) -> None:
    """Show the cases as a grid with filter and order, what ``model_id`` says of each included."""
    cases = _listed(model_id)
    if not cases:
        return
    missing = sum(listed.prediction is None for listed in cases)
    if model_id and missing:
        # A handful at a time, so that the pictures stay calm while the device is busy.
        calm = max(0, missing - CALM)
        rerun_when(lambda: _missing(model_id) <= calm)
    chosen, ordered, place = _top_row(cases, missing if model_id else 0)
    shown = sorted(filter(FILTERS[chosen], cases), key=ORDERS[ordered])
    if not shown:
        still = f" {count_of(missing, 'case')} still being classified." if missing else ""
        st.info(
            f"No case is in '{chosen.lower()}'.{still} Choose another filter to see the others."
        )
    page = _page_of(shown, place, (chosen, ordered))
    for start in range(0, len(page), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, listed in zip(columns, page[start : start + COLUMNS], strict=False):
            with column:
                _card(listed)
