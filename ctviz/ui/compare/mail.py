"""The way in for what the board says: a route, so that no page has to run for it.

A message is brought to the session whose page showed the address, by the browser that was shown it,
with a header of ours, which no other site's form can send.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ctviz.backend import on_behalf_of
from ctviz.core import CtvizError, InvalidInput, NotAllowed
from ctviz.ui.access.account import account_behind, at_the_screen
from ctviz.ui.access.browser import COOKIE, signer_of
from ctviz.ui.compare.drawings import keep_or_say, receipt, refuse
from ctviz.ui.compare.look import look
from ctviz.ui.compare.orders import commanded, scrolled
from ctviz.ui.routes import OUT_OF_DATE, for_browser
from ctviz.ui.service import backend
from ctviz.ui.session import Session, open_session, session, visiting
from ctviz.ui.viewer import BoardCommand, DrawingChange, SliceChange
from ctviz.ui.viewer.contract import ToBrowser

HEADER = "x-ctviz-board"
MOST_BYTES = 25 * 2**20
"""Of one message; a slice on which a lesion is drawn takes 6 kB."""


class LetterTooLarge(InvalidInput):
    """A message that is larger than any drawing."""


class NoSuchTab(NotAllowed):
    """A tab that this server does not know: it was started anew, or the tab was closed."""


async def _take(request: Request) -> Response:
    """Take one message, and answer it."""
    try:
        content = await _content(request)
        answer = await run_in_threadpool(_answer, request, content)
    except ClientDisconnect:
        return Response(status_code=400)
    except NotAllowed as error:
        return PlainTextResponse(str(error), 403)
    except LetterTooLarge as error:
        return PlainTextResponse(str(error), 413)
    except CtvizError as error:
        return PlainTextResponse(str(error), 400)
    return JSONResponse(answer.to_json(), headers={"Cache-Control": "no-store"})


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise LetterTooLarge(
                "This drawing is too large to be sent; draw on fewer slices at a time."
            )
    return bytes(content)


def _answer(request: Request, content: bytes) -> ToBrowser:
    with _tab_of(request):
        name, message = _read(content)
        return ANSWERS[name](message)


@contextmanager
def _tab_of(request: Request) -> Iterator[Session]:
    """Work for the tab that a request comes from, as its page would."""
    settings, token = backend().settings, request.path_params["token"]
    signer, state = signer_of(settings), open_session(token)
    allowed = signer.allows(request, "board", token) and HEADER in request.headers
    if state is None or not allowed:
        raise NoSuchTab(OUT_OF_DATE)
    who = account_behind(request, settings)
    if who.email and who.email != state.reader:
        raise NotAllowed("Somebody else has logged in here meanwhile; reload the page.")
    browser = signer.browser(request.cookies.get(COOKIE, ""), time.time())
    with visiting(state), at_the_screen(who), for_browser(browser), on_behalf_of(token):
        yield state


def _read(content: bytes) -> tuple[str, object]:
    """Return the name of a message, and what it says."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, Mapping) or said.get("name") not in ANSWERS:
        raise InvalidInput("The browser sent something unreadable; reload the page.")
    return str(said["name"]), said.get("message")


def _letter(message: Any) -> ToBrowser:  # noqa: ANN401 - whatever a browser sends
    """Keep what was drawn, or say why not; the browser keeps it then."""
    try:
        change = DrawingChange.from_json(message)
    except InvalidInput as refusal:
        name = message.get("id") if isinstance(message, Mapping) else None
        if not isinstance(name, str):
            raise
        refuse(name, str(refusal))
    else:
        keep_or_say(change)
    return receipt()


def _slice(message: Any) -> ToBrowser:  # noqa: ANN401 - whatever a browser sends
    change = SliceChange.from_json(message)
    return _looked_at(lambda: scrolled(change))


def _command(message: Any) -> ToBrowser:  # noqa: ANN401 - whatever a browser sends
    command = BoardCommand.from_json(message)
    return _looked_at(lambda: commanded(command))


def _looked_at(change: Callable[[], None]) -> ToBrowser:
    """Take over what a reader did, and tell what is on the screen then."""
    state, service, ticket = session(), backend(), secrets.token_hex()
    # Whoever looks now and waits for a score does so no longer.
    state.waiting.add(ticket)
    with state.looking:
        state.waiting.discard(ticket)
        change()
        card = service.models().get(state.model)
        return look(service.store.case(state.case), card).board()


ANSWERS: Mapping[str, Callable[[Any], ToBrowser]] = {
    "drawing": _letter,
    "slice": _slice,
    "command": _command,
}
"""What is answered to each kind of message."""

MAIL = [Route("/ctviz/board/{token}", _take, methods=["POST"])]
