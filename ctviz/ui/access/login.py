"""The door: who may come in, and what is shown to everybody else."""

import streamlit as st

from ctviz.core import NotAllowed
from ctviz.store import AuditEvent
from ctviz.ui.access.account import NotLoggedIn, account, login_is_prepared
from ctviz.ui.access.roles import read_access
from ctviz.ui.access.trail import record_once
from ctviz.ui.service import settings
from ctviz.ui.session import session, widget
from ctviz.ui.widgets.plain_text import plain


def let_in() -> bool:
    """Return whether this session's reader may see the page; else show what to do instead.

    Where accounts are asked for, a reader is called by the address of theirs.
    """
    try:
        who = account()
    except NotLoggedIn as error:
        _offer_login(str(error))
        return False
    except NotAllowed as error:
        claimed = str(st.user.to_dict().get("email") or "")
        record_once(AuditEvent.REFUSED, "login", who=claimed, outcome="minor failure")
        st.error(plain(error), icon=":material/error:")
        _offer_logout("Log out")
        return False
    if who.email:
        session().reader = who.email
        record_once(AuditEvent.LOGGED_IN, who=who.email)
    return True


def _offer_login(why: str) -> None:
    st.subheader("ctviz")
    if not login_is_prepared():
        st.error(
            "CTVIZ_ACCESS asks for a login, but streamlit knows no provider of accounts; describe "
            "one in .streamlit/secrets.toml, table auth.",
            icon=":material/error:",
        )
        return
    st.markdown(plain(why))
    if st.button("Log in", key=widget("login"), type="primary", icon=":material/login:"):
        file = settings().access
        provider = read_access(file).provider if file else "default"
        st.login(None if provider == "default" else provider)


def _offer_logout(label: str) -> None:
    st.button(label, key=widget("logout"), on_click=st.logout, icon=":material/logout:")


def account_badge() -> None:
    """Show who has logged in, with the way out."""
    with st.popover(plain(session().reader), icon=":material/person:", type="tertiary"):
        st.caption("Your drawings are saved under this address.")
        _offer_logout("Log out")
