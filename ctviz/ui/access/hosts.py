"""Under which names the app answers, and to which pages.

A stranger's page can let a name of its own point to this computer (DNS rebinding), or simply open a
websocket to it. Both tell on themselves: by the Host that the browser asks for, and by the Origin
of the page that asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""This computer's own names."""

POLICY_VIOLATION = 1008
STRANGE_HOST = (
    "ctviz does not answer under this name; whoever runs it can allow the name with CTVIZ_HOSTS."
)
STRANGE_ORIGIN = "Another site's page must not ask ctviz for anything; open ctviz by itself."


def host_name(authority: str) -> str | None:
    """Return the name of a Host header in its plain form; None if it is no such header.

    >>> host_name("LocalHost.:8501"), host_name("[::1]:8501"), host_name("a@b"), host_name("")
    ('localhost', '::1', None, None)
    """
    try:
        parts = urlsplit(f"//{authority}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.netloc != authority or "@" in authority:
        return None
    return name.lower().removesuffix(".") or None


def is_one_of(name: str, hosts: Iterable[str]) -> bool:
    """Whether a name is one of these; ``*.example.org`` stands for every name below.

    >>> is_one_of("ct.example.org", ["*.example.org"]), is_one_of("example.org", ["*.example.org"])
    (True, False)
    """
    return any(
        name.endswith(host[1:]) and len(name) > len(host) - 1
        if host.startswith("*.")
        else name == host
        for host in map(_plain, hosts)
    )


def _plain(host: str) -> str:
    return host.strip().lower().strip("[]").removesuffix(".")


@dataclass(frozen=True)
class KnownHosts:
    """Refuses what asks for a stranger's name, or comes from a stranger's page.

    Parameters
    ----------
    app
        Who answers otherwise.
    hosts
        The names that are allowed besides this computer's own.
    """

    app: ASGIApp
    hosts: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on, a request or a websocket's beginning."""
        refused = self._refusal(scope) if scope["type"] in {"http", "websocket"} else ""
        if not refused:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(POLICY_VIOLATION, refused)(scope, receive, send)
        else:
            await PlainTextResponse(refused, 403)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        asked = headers.getlist("host")
        name = host_name(asked[0]) if len(asked) == 1 else None
        if name is None or not is_one_of(name, (*LOOPBACK, *self.hosts)):
            return STRANGE_HOST
        origins = headers.getlist("origin")
        if all(self._is_ours(origin, asked[0]) for origin in origins):
            return ""
        return STRANGE_ORIGIN

    def _is_ours(self, origin: str, host: str) -> bool:
        """Whether a page is of this app; a proxy in front of it may have changed the Host."""
        authority = origin.partition("://")[2]
        if authority.lower() == host.lower():
            return True
        name = host_name(authority)
        return name is not None and is_one_of(name, self.hosts)
