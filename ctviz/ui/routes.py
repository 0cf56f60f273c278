"""Pixels for the browser: slices and maps as small binary answers of the same app.

An address carries a signature, so that only what a page has shown can be fetched; it is
content-addressed, so that the browser may keep what it has.
"""

import hashlib
import hmac
import secrets

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ctviz.core import CtvizError, FloatMap
from ctviz.ui.service import backend
from ctviz.ui.session import LONGEST_NUMBER
from ctviz.viz import robust_limit

_SECRET = secrets.token_bytes(32)
_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Content-Encoding": "identity",  # keeps the server from compressing pixels on loopback
    "X-Content-Type-Options": "nosniff",
}
_INT16 = np.iinfo(np.int16)


def _signature(kind: str, name: str) -> str:
    what = f"{kind}/{name}".encode(errors="replace")
    return hmac.new(_SECRET, what, hashlib.sha256).hexdigest()[:32]


def pixels_url(case_id: str) -> str:
    """Return the address template of a case's slices; ``{k}`` stands for the slice index."""
    return f"/ctviz/pixels/{case_id}/{{k}}?sign={_signature('pixels', case_id)}"


def map_url(key: str) -> str:
    """Return the address of an importance map or region map by its content address."""
    return f"/ctviz/map/{key}?sign={_signature('map', key)}"


def _allowed(request: Request, kind: str, name: str) -> bool:
    # Bytes, because texts are compared only if they are ASCII.
    told = request.query_params.get("sign", "").encode("utf-8", errors="replace")
    return hmac.compare_digest(told, _signature(kind, name).encode())


def _refusal(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status_code=status)


def _int16(pixels: FloatMap) -> bytes:
    clipped = np.clip(np.rint(pixels), _INT16.min, _INT16.max)
    return clipped.astype("<i2").tobytes()


async def _pixels(request: Request) -> Response:
    """One slice: rows × columns little-endian int16, Hounsfield units."""
    case_id, number = request.path_params["case"], request.path_params["k"]
    if not _allowed(request, "pixels", case_id):
        return _refusal("This address is out of date; reload the page.", 403)

    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        return _refusal("A slice has a number; reload the page.", 404)
    slice_index = int(number)

    def load() -> bytes:
        return _int16(backend().case(case_id).slice(slice_index).hounsfield)

    try:
        content = await run_in_threadpool(load)
    except CtvizError as error:
        return _refusal(str(error), 404)
    return Response(content, media_type="application/octet-stream", headers=_HEADERS)


async def _map(request: Request) -> Response:
    """One map: rows × columns little-endian int16, value = q × X-Scale / 32767."""
    key = request.path_params["key"]
    if not _allowed(request, "map", key):
        return _refusal("This address is out of date; reload the page.", 403)
    values = await run_in_threadpool(backend().map_values, key)
    if values is None:
        return _refusal("This map is no longer in the cache; compute it again.", 404)
    scale = float(np.abs(values).max()) or 1.0
    headers = {"X-Scale": repr(scale), "X-Robust": repr(robust_limit(values))}
    return Response(
        _int16(values * (_INT16.max / scale)),
        media_type="application/octet-stream",
        headers={**_HEADERS, **headers},
    )


ROUTES = [Route("/ctviz/pixels/{case}/{k}", _pixels), Route("/ctviz/map/{key}", _map)]
