"""Cases as pictures side by side, a page of them at a time, to be opened or selected."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.viz import WINDOWS, thumbnail

COLUMNS = 6
PER_PAGE = 24
THUMBNAIL_PIXELS = 256

Shown = TypeVar("Shown")


@lru_cache(maxsize=512)
def thumbnail_of(case_id: str) -> bytes:
    """Return the middle slice as PNG; a case's pixels never change, so it may be kept."""
    case = backend().case(case_id)
    middle = case.slices[len(case.slices) // 2]
    return thumbnail(middle, THUMBNAIL_PIXELS, WINDOWS["mediastinum"])


def page_of(shown: Sequence[Shown], place: DeltaGenerator) -> Sequence[Shown]:
    """Return the part of a long list that is on the screen, with the choice of another part."""
    pages = -(-len(shown) // PER_PAGE)
    if pages <= 1:
        return shown
    browsing, key = session().browsing, widget("page")
    browsing.page = min(browsing.page, pages - 1)

    def turn() -> None:
        browsing.page = int(str(value_of(key)))

    place.selectbox(
        "Page",
        range(pages),
        format_func=lambda number: f"page {number + 1} of {pages}",
        **mirror(key, browsing.page, turn),
        label_visibility="collapsed",
    )
    return shown[browsing.page * PER_PAGE : (browsing.page + 1) * PER_PAGE]


def in_columns(page: Sequence[Shown], card: Callable[[Shown], None]) -> None:
    """Show a card for each of a few things, row by row."""
    for start in range(0, len(page), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, shown in zip(columns, page[start : start + COLUMNS], strict=False):
            with column, st.container(border=True):
                card(shown)


def select_box(case_id: str) -> None:
    """Let a reader select a case, beside others."""
    selected, key = session().browsing.selected, widget("select", case_id)

    def toggle() -> None:
        (selected.add if value_of(key) else selected.discard)(case_id)

    st.checkbox("Select", **mirror(key, case_id in selected, toggle), width="content")
