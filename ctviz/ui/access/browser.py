"""Addresses that only the browser can use to which a page has shown them.

Each browser holds a token in a cookie that no script can read. An address carries a signature over
what it names and the token, so that it is of no use elsewhere, and of none once the token is too
old. The secret behind both is kept in the data folder: several servers on one folder accept each
other's.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctviz.core import Settings
from ctviz.core.secret import kept_secret

COOKIE = "ctviz_browser"
IDLE_SECONDS = 12 * 3600
"""A token that nobody has used for so long is forgotten."""

RENEW_SECONDS = 600
LOGOUT = "/auth/logout"


@dataclass(frozen=True)
class Signer:
    """Makes tokens and signatures, and tells its own from others'."""

    secret: bytes

    def token(self, browser: str, now: float) -> str:
        """Return the cookie of a browser: its name, the hour, and a proof that they are ours."""
        body = f"{browser}.{int(now)}"
        return f"{body}.{self._proof('token', body)}"

    def browser(self, token: str, now: float) -> str:
        """Return the name of the browser that holds a token; empty if it is not ours or too old."""
        body, _, proof = token.rpartition(".")
        if not _equal(proof, self._proof("token", body)):
            return ""
        browser, _, since = body.rpartition(".")
        # Clocks of several servers on one folder may differ a little.
        return browser if -RENEW_SECONDS <= now - int(since) <= IDLE_SECONDS else ""

    def sign(self, kind: str, name: str, browser: str) -> str:
        """Return the signature that lets one browser fetch one thing."""
        return self._proof(kind, f"{name}/{browser}")

    def allows(self, request: HTTPConnection, kind: str, name: str) -> bool:
        """Whether a request carries the signature of what it asks for, and is of its browser."""
        browser = self.browser(request.cookies.get(COOKIE, ""), time.time())
        sign = request.query_params.get("sign", "")
        return bool(browser) and _equal(sign, self.sign(kind, name, browser))

    def _proof(self, kind: str, text: str) -> str:
        message = f"{kind}/{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()[:32]


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(*(text.encode("utf-8", "surrogatepass") for text in (one, other)))


def signer_of(settings: Settings) -> Signer:
    """Return the signer of a data folder."""
    return Signer(kept_secret(settings.data / "address.key"))


@dataclass(frozen=True)
class Tokens:
    """Gives every browser that opens a page its token, and keeps the token young while it is used.

    Who logs out loses it, and what the browser has kept of our answers.
    """

    app: ASGIApp
    signer: Signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the cookie."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_token(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].endswith(LOGOUT):
                    headers.append("Set-Cookie", f"{COOKIE}=; Path=/; HttpOnly; Max-Age=0")
                    headers["Clear-Site-Data"] = '"cache"'
                elif (token := self._token(scope)) is not None:
                    headers.append("Set-Cookie", _cookie(token, secure=scope["scheme"] == "https"))
            await send(message)

        await self.app(scope, receive, send_with_token)

    def _token(self, scope: Scope) -> str | None:
        """Return the token to be given, if there is any: a first one with a page, or a younger."""
        now, held = time.time(), HTTPConnection(scope).cookies.get(COOKIE, "")
        browser = self.signer.browser(held, now)
        if browser:
            young = self.signer.browser(held, now + IDLE_SECONDS - RENEW_SECONDS)
            return None if young else self.signer.token(browser, now)
        wants_page = "text/html" in Headers(scope=scope).get("accept", "")
        return self.signer.token(secrets.token_hex(16), now) if wants_page else None


def _cookie(token: str, *, secure: bool) -> str:
    parts = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={IDLE_SECONDS}"
    return f"{parts}; Secure" if secure else parts
