"""Whether a model is read as it was trained: a table, a plot, and what looks wrong."""

from functools import partial

import streamlit as st

from ctviz.backend.checking import check
from ctviz.core import CtvizError
from ctviz.core.cells import neutral
from ctviz.models import ModelCard
from ctviz.ui.models.reliability import plot_reliability
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import ready


def show_checkup(card: ModelCard) -> None:
    """Offer to check a model on the cases of known class, then show what was found."""
    job = session().checkups.get(card.id)
    if job is None:
        st.button(
            "Is it read as it was trained?",
            key=widget("check", card.id),
            on_click=uninterrupted(_begin),
            args=(card,),
            help="Asks it about every case of known class: what goes in, flipped classes, answers "
            "that never change, and whether its probabilities can be believed.",
        )
        return
    if not ready(f"check-{card.id}", job, "Asking it about the cases of known class …"):
        return
    try:
        found = job.result()
    except CtvizError as error:
        st.info(plain(error), icon=":material/info:")
        return
    table, plot = st.columns([6, 5])
    with table:
        st.markdown("**On the cases of known class**")
        rows = [{"what": neutral(what), "finding": neutral(said)} for what, said in found.rows()]
        st.dataframe(rows, hide_index=True, key=widget("checkup", card.id))
        for warning in found.warnings():
            st.warning(plain(warning), icon=":material/warning:")
    with plot:
        plot_reliability(card, found.answers.reliability, "of the cases of known class")


def _begin(card: ModelCard) -> None:
    service = backend()
    work = partial(check, service, card)
    session().checkups[card.id] = service.make(f"check {card.id} {len(service.cases())}", work)
