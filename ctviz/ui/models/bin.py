"""Models that somebody has added are put into the bin, and taken out again."""

import streamlit as st

from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.core import CtvizError
from ctviz.models import ModelCard
from ctviz.models.intake import BinnedModel, binned_models, put_model, restore_model
from ctviz.store import AuditEvent
from ctviz.ui.access import may, permit, record
from ctviz.ui.service import settings
from ctviz.ui.session import session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain


def offer_bin(card: ModelCard) -> None:
    """Let an owner remove a model that was added."""
    if card.added and may("delete"):
        st.button(
            "Move to bin",
            key=widget("bin-model", card.id),
            on_click=uninterrupted(_put),
            args=(card.id,),
            icon=":material/delete:",
            help=f"The bin keeps it {IN_BIN.days} days.",
        )


def show_model_bin() -> None:
    """Show what is in the bin, the latest first, to who may take it out."""
    if not may("delete"):
        return
    trouble, session().bin_trouble = session().bin_trouble, ""
    if trouble:
        st.error(plain(trouble), icon=":material/error:")
    binned = binned_models(settings().models)
    if not binned:
        return
    with st.expander(f"Bin ({len(binned)})", icon=":material/delete:"):
        for each in binned:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"{plain(each.card.title)} :gray[{plain(each.card.id)}]", width="content"
                )
                st.button(
                    "Restore",
                    key=widget("restore-model", each.folder.name),
                    on_click=uninterrupted(_restore),
                    args=(each,),
                    icon=":material/restore_from_trash:",
                )


def _put(model_id: str) -> None:
    permit("delete")
    try:
        put_model(settings().models, model_id)
    except CtvizError as error:
        session().bin_trouble = str(error)
    else:
        record(AuditEvent.BINNED, f"the model {model_id}")


def _restore(binned: BinnedModel) -> None:
    permit("delete")
    try:
        restore_model(settings().models, binned)
    except CtvizError as error:
        session().bin_trouble = str(error)
    else:
        record(AuditEvent.RESTORED, f"the model {binned.card.id}")
