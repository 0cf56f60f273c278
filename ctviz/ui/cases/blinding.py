"""The owners' switch for blinded reading, above the list of cases."""

import streamlit as st

from ctviz.core import CtvizError
from ctviz.ui.access import may
from ctviz.ui.access.sight import NOT_YET, switch_blinding
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, value_of, widget
from ctviz.ui.widgets.plain_text import plain

HELP = (
    "What others drew on a case, who they are, and scores against it appear to a reader only when "
    "they have marked the case as done, so that nobody is led. Owners with an account see "
    "everything. The audit trail notes each switch."
)
WITHOUT_ACCOUNTS = " This ctviz has no accounts, so it holds for every reader, whoever they are."


def offer_blinding() -> None:
    """Let owners switch blinded reading on and off; tell everybody else that it is on."""
    key, service = widget("blinded"), backend()
    blinded = service.store.blinded
    if not may("oversee"):
        if blinded:
            st.caption(f":material/visibility_off: {NOT_YET}")
        return

    def switch() -> None:
        try:
            switch_blinding(bool(value_of(key)))
        except CtvizError as error:
            st.toast(plain(error), icon=":material/error:")

    alone = service.settings.access is None
    st.toggle(
        "Blinded reading",
        **mirror(key, blinded, switch),
        help=HELP + WITHOUT_ACCOUNTS * alone,
    )
