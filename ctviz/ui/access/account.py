"""Who uses a session: an account of the provider of identities, or the only person there is."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from ctviz.core import NotAllowed, Settings
from ctviz.ui.access.roles import PERMITTED, Access, Deed, Role, read_access
from ctviz.ui.service import backend

LOGGED_IN = "is_logged_in"


class NotLoggedIn(NotAllowed):
    """Nobody has logged in, or not lately."""


@dataclass(frozen=True)
class Account:
    """Somebody who has come in.

    Parameters
    ----------
    email
        Their address, which also stands beside what they draw; empty where nobody is asked.
    role
        What they are.
    """

    email: str
    role: Role

    def may(self, deed: Deed) -> bool:
        """Whether somebody of this role is permitted to do something."""
        return deed in PERMITTED[self.role]


ALONE = Account("", "owner")
"""Without a file of accounts whoever reaches the app is its owner."""


def account_of(claims: Mapping[str, Any], access: Access, now: float) -> Account:
    """Return the person that the provider's claims describe.

    Raises
    ------
    NotLoggedIn
        If they speak of nobody, or were made too long ago.
    NotAllowed
        If that account may not come in.
    """
    if claims.get(LOGGED_IN) is not True:
        raise NotLoggedIn("Please log in.")
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or now - issued > access.hours * 3600:
        raise NotLoggedIn("Your login has ended; please log in again.")
    email = str(claims.get("email") or "").strip().lower()
    if not email or claims.get("email_verified", True) not in {True, "true"}:
        raise NotAllowed(
            "The provider of your account does not vouch for an address of yours; log in with "
            "another account."
        )
    role = access.role_of(email)
    if role is None:
        raise NotAllowed(f"The account '{email}' may not use this ctviz; ask one of its owners.")
    return Account(email, role)


_VISITOR: ContextVar[Account | None] = ContextVar("visitor", default=None)


@contextmanager
def at_the_screen(who: Account) -> Iterator[None]:
    """Work for somebody whose request it is: inside, `account` is theirs."""
    before = _VISITOR.set(who)
    try:
        yield
    finally:
        _VISITOR.reset(before)


def account() -> Account:
    """Return the person at this session; raises as `account_of` does."""
    if (visitor := _VISITOR.get()) is not None:
        return visitor
    file = backend().settings.access
    if file is None:
        return ALONE
    return account_of(st.user.to_dict(), read_access(file), time.time())


def account_behind(request: HTTPConnection, settings: Settings) -> Account:
    """Return whose browser a request comes from; raises as `account_of` does."""
    if settings.access is None:
        return ALONE
    return account_of(_claims(request), read_access(settings.access), time.time())


def permit(deed: Deed) -> Account:
    """Return the person at this session if they may do this.

    Raises
    ------
    NotAllowed
        If they may not.
    """
    who = account()
    if not who.may(deed):
        raise NotAllowed("Only an owner of this ctviz may do that; ask one of them.")
    return who


def may(deed: Deed) -> bool:
    """Whether the person at this session may do something."""
    return account().may(deed)


def login_is_prepared() -> bool:
    """Whether streamlit knows a provider of identities."""
    return LOGGED_IN in st.user.to_dict()


def _claims(request: HTTPConnection) -> Mapping[str, Any]:
    """Return what streamlit's cookie says, which only this server can have signed."""
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        found = request.cookies.get(name)
        return None if found is None else decode_signed_value(secret, name, found)

    cookie = get_cookie_with_chunks(part, USER_COOKIE_NAME) if secret else None
    claims = json.loads(cookie) if cookie else {}
    return claims if isinstance(claims, dict) else {}
