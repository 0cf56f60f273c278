"""The experiments of a case: kept, opened, named anew, put into the bin and taken out again."""

import secrets
from dataclasses import replace

import streamlit as st

from ctviz.core import CtvizError
from ctviz.core.experiment import LONGEST_NOTE, LONGEST_TITLE, Edit, Experiment
from ctviz.edits import operation_of
from ctviz.models import ModelCard
from ctviz.store import AuditEvent, CaseEntry
from ctviz.ui.access import may, permit, record
from ctviz.ui.access.sight import seen_experiments
from ctviz.ui.service import backend
from ctviz.ui.session import session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain


def keep_what_was_wished() -> None:
    """Keep the experiment that a button was pressed for, before the page shows any.

    Why one is refused stays on the screen until the next is wished for: the page runs again by
    itself a moment later.
    """
    state = session().what_if
    wish, state.wish = state.wish, None
    if wish is None:
        return
    try:
        _keep(wish)
    except CtvizError as error:
        state.refused = str(error)
        return
    state.refused = ""
    state.binned = wish if wish.binned else None
    if not wish.binned:
        state.shown = wish.id
    elif state.shown == wish.id:
        state.shown = ""


def _keep(wish: Experiment) -> None:
    permit("draw")
    backend().store.keep_experiment(wish)
    record(AuditEvent.EXPERIMENTED, wish.case_id)


def new_experiment(entry: CaseEntry, card: ModelCard, edit: Edit, what: str) -> Experiment:
    """Return what would be kept of a try.

    Parameters
    ----------
    what
        Of whom and what the changed region is.
    """
    state = session()
    title = f"{operation_of(edit).title}: {what}"
    return Experiment(
        id=secrets.token_hex(8),
        case_id=entry.id,
        slice_index=state.slice or 0,
        reader=state.reader,
        model_id=card.id,
        edit=edit,
        title=title[:LONGEST_TITLE],
    )


def offer_keeping(experiment: Experiment) -> None:
    """Let the reader keep a try under a name."""
    if not may("draw"):
        return
    with st.popover("Keep", icon=":material/bookmark_add:", disabled=not experiment.reader):
        _name_and_note(experiment, "keep", "Keep this experiment")


def show_experiments(entry: CaseEntry) -> None:
    """Show all experiments on the case, and what can be done with them."""
    state = session()
    kept = seen_experiments(entry.id)
    binned = state.what_if.binned
    if binned is not None and binned.case_id == entry.id:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"'{plain(binned.title)}' is in the bin.", width="content")
            _wish_button("Undo", "undo", replace(binned, binned=False))
    gone = [one for one in seen_experiments(entry.id, binned=True) if one.reader == state.reader]
    if not kept and not gone:
        return
    st.markdown("**Experiments on this case**")
    for one in kept:
        _row(one)
    if gone:
        with st.expander(f"Bin ({len(gone)})"):
            for one in gone:
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.markdown(plain(one.title), width="content")
                    _wish_button("Take out", f"restore-{one.id}", replace(one, binned=False))


def _row(one: Experiment) -> None:
    state = session()
    shown = one.id == state.what_if.shown
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.button(
            plain(one.title),
            key=widget("experiment", one.id),
            on_click=uninterrupted(_open),
            args=(one,),
            type="primary" if shown else "secondary",
            help=plain(
                f"Slice {one.slice_index + 1}, {operation_of(one.edit).words}; by {one.reader}, "
                f"{one.made:%Y-%m-%d %H:%M}, of '{one.model_id}'. {one.note}"
            ),
        )
        st.caption(f"slice {one.slice_index + 1} · {plain(one.reader)}", width="content")
        if one.reader == state.reader and may("draw"):
            with st.popover("", icon=":material/edit:", help="Name, note, delete"):
                _name_and_note(one, "rename", "Save")
                _wish_button("Move to bin", f"put-{one.id}", replace(one, binned=True))


def _open(one: Experiment) -> None:
    """Turn to an experiment's slice, and to the model that was asked if it is here."""
    state = session()
    state.what_if.shown, state.slice = one.id, one.slice_index
    if one.model_id in backend().models():
        state.model, state.target, state.rather_than = one.model_id, None, None


def _name_and_note(one: Experiment, kind: str, act: str) -> None:
    name, note = (widget(f"{kind}-{part}", one.id) for part in ("name", "note"))
    # A try has a new id at every run, and its form must stay what it is.
    if kind == "keep":
        name, note = (widget(f"{kind}-{part}") for part in ("name", "note"))

    def wish() -> None:
        title = " ".join(str(value_of(name) or "").split()) or one.title
        session().what_if.wish = replace(one, title=title, note=str(value_of(note) or ""))

    with st.form(widget(f"{kind}-form", "" if kind == "keep" else one.id), border=False):
        st.text_input(
            "Name",
            value=None if kind == "keep" else one.title,
            placeholder=one.title,
            max_chars=LONGEST_TITLE,
            key=name,
            help="Every reader sees it: name no patient.",
        )
        st.text_area("Note", value=one.note, max_chars=LONGEST_NOTE, key=note)
        st.form_submit_button(act, on_click=uninterrupted(wish))


def _wish_button(label: str, name: str, wanted: Experiment) -> None:
    def wish() -> None:
        session().what_if.wish = wanted

    st.button(label, key=widget("experiment", name), on_click=uninterrupted(wish))
