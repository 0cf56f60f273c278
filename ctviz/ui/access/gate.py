"""Behind a login nothing of a case leaves the server but to those who have logged in."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ctviz.core import CtvizError, Settings
from ctviz.ui.access.account import account_behind

GUARDED = ("/ctviz/", "/media/", "/_stcore/upload_file/", "/_stcore/agent/")
"""Pixels, maps and uploads; streamlit's pictures and downloads, uploads and agents.

Pages and their websocket stay open, since the login itself is a page.
"""


@dataclass(frozen=True)
class Gate:
    """Refuses requests of browsers that nobody has logged in with."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on, a request."""
        if scope["type"] == "http" and any(part in scope["path"] for part in GUARDED):
            try:
                await run_in_threadpool(account_behind, HTTPConnection(scope), self.settings)
            except CtvizError as error:
                await PlainTextResponse(str(error), 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)
