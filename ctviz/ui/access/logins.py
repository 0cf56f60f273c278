"""Notes logins that the provider of identities has not brought to their end."""

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from ctviz.store import AuditEvent
from ctviz.ui.access.trail import record_silently

CALLBACK = "/oauth2callback"


@dataclass(frozen=True)
class Logins:
    """Records in the audit trail who comes back from the provider without an identity."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, looking at what becomes of a login."""

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and not _brings_identity(message):
                record_silently(AuditEvent.LOGGED_IN, outcome="minor failure")
            await send(message)

        returning = scope["type"] == "http" and scope["path"].endswith(CALLBACK)
        await self.app(scope, receive, send_noted if returning else send)


def _brings_identity(message: Message) -> bool:
    cookies = MutableHeaders(scope=message).getlist("set-cookie")
    # A cookie that is taken back is set to nothing.
    return any(
        each.startswith(f"{USER_COOKIE_NAME}=") and not each.startswith(f'{USER_COOKIE_NAME}=""')
        for each in cookies
    )
