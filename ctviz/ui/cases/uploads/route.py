"""The way in for a file: its bytes as they come, written to disk and never held in memory.

A request carries the signature of its batch, which only the browser has that was shown the page;
and a header of ours, which no other site's form can send.
"""

import time
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ctviz.backend.cases.spool import TooMuch
from ctviz.core import CtvizError, NotAllowed
from ctviz.ui.access.account import account_behind
from ctviz.ui.access.browser import COOKIE, signer_of
from ctviz.ui.service import backend

KIND = "upload"
NAME_HEADER = "x-ctviz-name"
PIECE_BYTES = 1 << 20
SIZE_DIGITS = 15


def owner_of(cookies: dict[str, str]) -> str:
    """Return which browser brings files; empty if it has no token."""
    return signer_of(backend().settings).browser(cookies.get(COOKIE, ""), time.time())


async def _receive(request: Request) -> Response:
    """Take one file; its name comes in a header, percent-encoded."""
    try:
        await _received(request)
    except NotAllowed as error:
        return PlainTextResponse(str(error), 403)
    except TooMuch as error:
        return PlainTextResponse(str(error), 413)
    except CtvizError as error:
        return PlainTextResponse(str(error), 400)
    except ClientDisconnect:
        return Response(status_code=400)
    return Response(status_code=204)


async def _discard(request: Request) -> Response:
    """Forget what was brought in a batch."""
    batch = request.path_params["batch"]
    try:
        await run_in_threadpool(_check, request)
    except CtvizError as error:
        return PlainTextResponse(str(error), 403)
    await run_in_threadpool(backend().spool.discard, owner_of(request.cookies), batch)
    return Response(status_code=204)


async def _received(request: Request) -> None:
    await run_in_threadpool(_check, request)
    batch, number = request.path_params["batch"], request.path_params["number"]
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) <= SIZE_DIGITS):
        raise NotAllowed("A file must say how long it is.")
    spool, size = backend().spool, int(length)
    with spool.receive(owner_of(request.cookies), batch, number, size) as file:
        piece, come = bytearray(), 0
        async for chunk in request.stream():
            piece += chunk
            come += len(chunk)
            if come > size:
                break  # a longer one than announced is refused, and not written to its end
            if len(piece) >= PIECE_BYTES:
                await run_in_threadpool(file.write, bytes(piece))
                piece.clear()
        await run_in_threadpool(file.write, bytes(piece))
    name = unquote(request.headers[NAME_HEADER], errors="replace")
    await run_in_threadpool(spool.keep, batch, number, name)


def _check(request: Request) -> None:
    if not account_behind(request, backend().settings).may("import"):
        raise NotAllowed("Only an owner of this ctviz may bring in scans; ask one of them.")
    signed = signer_of(backend().settings).allows(request, KIND, request.path_params["batch"])
    if not signed or NAME_HEADER not in request.headers:
        raise NotAllowed("This upload is out of date; reload the page and begin again.")


UPLOADS = [
    Route("/ctviz/upload/{batch}/{number:int}", _receive, methods=["POST"]),
    Route("/ctviz/upload/{batch}", _discard, methods=["DELETE"]),
]
