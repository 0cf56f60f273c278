"""Cases are put into the bin, looked at there, and taken out again."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.core.text import count_of
from ctviz.store import AuditEvent, BinnedCase, CaseEntry
from ctviz.ui.access import may, permit, record_each
from ctviz.ui.access.trail import NOBODY
from ctviz.ui.cases.grid import in_columns, page_of, select_box, thumbnail_of
from ctviz.ui.cases.rename import offer_rename
from ctviz.ui.service import backend
from ctviz.ui.session import Wish, session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain

BIN = "Bin"
"""Stands among the filters while anything is in it."""


def do_what_was_wished() -> None:
    """Move what a button was pressed for, before the cases are listed."""
    browsing = session().browsing
    wish, browsing.wish = browsing.wish, None
    if wish is None:
        return
    permit("delete")
    if wish == "put":
        browsing.binned = _put(sorted(browsing.selected))
    else:
        _restore(browsing.binned if wish == "undo" else sorted(browsing.selected))
        browsing.binned = ()
    browsing.selected.clear()


def selection_bar(
    on_page: Sequence[CaseEntry], *, in_bin: bool = False, whole: bool = False
) -> None:
    """Show how many cases are selected and what can be done with them, to who may do it.

    Parameters
    ----------
    on_page
        The cases that can be selected.
    in_bin
        Whether they are in the bin.
    whole
        Whether what shows them lets all of them be selected by itself.
    """
    if not may("delete"):
        return
    browsing = session().browsing
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not whole:
            _select_all_or_none([entry.id for entry in on_page])
        wish: Wish = "restore" if in_bin else "put"
        label = "Restore" if in_bin else "Move to bin"
        st.button(
            f"{label} ({len(browsing.selected)})" if browsing.selected else label,
            key=widget("bin", wish),
            on_click=uninterrupted(_wish(wish)),
            icon=":material/restore_from_trash:" if in_bin else ":material/delete:",
            disabled=not browsing.selected,
        )
        chosen = [entry for entry in on_page if browsing.selected == {entry.id}]
        if chosen and may("import") and not in_bin:
            offer_rename(chosen[0])
        if browsing.binned:
            _say_and_offer_undo(len(browsing.binned))


def _select_all_or_none(case_ids: list[str]) -> None:
    selected = session().browsing.selected
    st.button(
        "Select this page",
        key=widget("select-page"),
        on_click=uninterrupted(selected.update),
        args=(case_ids,),
        type="tertiary",
        icon=":material/select_all:",
    )
    st.button(
        "Clear",
        key=widget("select-none"),
        on_click=uninterrupted(selected.clear),
        type="tertiary",
        disabled=not selected,
    )


def show_bin(binned: list[BinnedCase], place: DeltaGenerator, bar: DeltaGenerator) -> None:
    """Show what is in the bin, the latest first, and what can be done with it in the bar."""
    page = page_of(binned, place)
    with bar:
        selection_bar([each.entry for each in page], in_bin=True)
    in_columns(page, _card)


def _say_and_offer_undo(count: int) -> None:
    are, them = ("is", "it") if count == 1 else ("are", "them")
    st.markdown(
        f"{count_of(count, 'case')} {are} in the bin, which keeps {them} {IN_BIN.days} days.",
        width="content",
    )
    st.button(
        "Undo",
        key=widget("bin", "undo"),
        on_click=uninterrupted(_wish("undo")),
        icon=":material/undo:",
    )


def _wish(wish: Wish) -> Callable[[], None]:
    browsing = session().browsing

    def note() -> None:
        browsing.wish = wish

    return note


def _put(case_ids: Iterable[str]) -> tuple[str, ...]:
    put = backend().store.bin.put(case_ids, session().reader or NOBODY)
    record_each(AuditEvent.BINNED, put)
    return put


def _restore(case_ids: Iterable[str]) -> None:
    restored = backend().store.bin.restore(case_ids, session().reader or NOBODY)
    record_each(AuditEvent.RESTORED, restored)


def _card(binned: BinnedCase) -> None:
    entry = binned.entry
    st.image(thumbnail_of(entry.id), width="stretch", alt=f"A slice of {entry.title}")
    st.markdown(f"**{plain(entry.title)}**  \n:gray[{plain(entry.id)}]")
    last_day = (binned.since + IN_BIN).date().isoformat()
    st.markdown(f":gray[put here by {plain(binned.who)}, kept until {last_day}]")
    if may("delete"):
        select_box(entry.id)
