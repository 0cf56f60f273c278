"""Pixels for the browser: slices and maps as small binary answers of the same app.

An address carries a signature, so that only what a page has shown can be fetched, and only by the
browser that showed it; it is content-addressed, so that the browser may keep what it has.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import get_args

import numpy as np
import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ctviz.backend import MapPart
from ctviz.core import CtvizError, FloatMap, Slice
from ctviz.core.orientation import depth_mm
from ctviz.ui.access.browser import COOKIE, signer_of
from ctviz.ui.service import backend
from ctviz.ui.session import LONGEST_NUMBER, session
from ctviz.viz import robust_limit

_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Content-Encoding": "identity",  # keeps the server from compressing pixels on loopback
    "X-Content-Type-Options": "nosniff",
}
OUT_OF_DATE = "This address is out of date, or another browser's; reload the page."
_INT16 = np.iinfo(np.int16)


_BROWSER: ContextVar[str | None] = ContextVar("browser", default=None)


@contextmanager
def for_browser(browser: str) -> Iterator[None]:
    """Make addresses for the browser of a request: inside, there need not be a page."""
    before = _BROWSER.set(browser)
    try:
        yield
    finally:
        _BROWSER.reset(before)


def _signed(kind: str, name: str) -> str:
    """Return the part of an address that lets the browser of this session fetch something."""
    signer = signer_of(backend().settings)
    browser = _BROWSER.get()
    if browser is None:
        browser = signer.browser(st.context.cookies.get(COOKIE, ""), time.time())
    return f"sign={signer.sign(kind, name, browser)}"


def pixels_url(case_id: str) -> str:
    """Return the address template of a case's slices; ``{k}`` stands for the slice index."""
    return f"/ctviz/pixels/{case_id}/{{k}}?{_signed('pixels', case_id)}"


def map_url(key: str, part: MapPart = "values") -> str:
    """Return the address of a map, region map or part of error bars by its content address."""
    chosen = "" if part == "values" else f"part={part}&"
    return f"/ctviz/map/{key}?{chosen}{_signed('map', key)}"


def edited_url(key: str) -> str:
    """Return the address of an edited slice by its Job's key."""
    return f"/ctviz/edited/{key}?{_signed('edited', key)}"


def board_url() -> str:
    """Return the address to which the board of this session brings its messages."""
    token = session().token
    return f"/ctviz/board/{token}?{_signed('board', token)}"


def _allowed(request: Request, kind: str, name: str) -> bool:
    return signer_of(backend().settings).allows(request, kind, name)


def _refusal(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status_code=status)


def _int16(pixels: FloatMap) -> bytes:
    clipped = np.clip(np.rint(pixels), _INT16.min, _INT16.max)
    return clipped.astype("<i2").tobytes()


async def _pixels(request: Request) -> Response:
    """One slice: rows × columns little-endian int16, Hounsfield units.

    ``X-Position`` says where it lies, in mm, if that is known.
    """
    case_id, number = request.path_params["case"], request.path_params["k"]
    if not _allowed(request, "pixels", case_id):
        return _refusal(OUT_OF_DATE, 403)

    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        return _refusal("A slice has a number; reload the page.", 404)
    slice_index = int(number)

    def load() -> tuple[bytes, dict[str, str]]:
        image = backend().case(case_id).slice(slice_index)
        return _int16(image.hounsfield), _position(image)

    try:
        content, position = await run_in_threadpool(load)
    except CtvizError as error:
        return _refusal(str(error), 404)
    headers = {**_HEADERS, **position}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _position(image: Slice) -> dict[str, str]:
    """Return the header that says where a slice lies in the patient."""
    if image.orientation is None or image.position_mm is None:
        return {}
    return {"X-Position": f"{depth_mm(image.orientation, image.position_mm):.2f}"}


async def _map(request: Request) -> Response:
    """One map: rows × columns little-endian int16, value = q × X-Scale / 32767."""
    key, wanted = request.path_params["key"], request.query_params.get("part", "values")
    if not _allowed(request, "map", key):
        return _refusal(OUT_OF_DATE, 403)
    values = None
    for part in get_args(MapPart):
        if part == wanted:
            values = await run_in_threadpool(backend().map_values, key, part)
    if values is None:
        return _refusal("This map is no longer in the cache; compute it again.", 404)
    scale = float(np.abs(values).max()) or 1.0
    headers = {"X-Scale": repr(scale), "X-Robust": repr(robust_limit(values))}
    return Response(
        _int16(values * (_INT16.max / scale)),
        media_type="application/octet-stream",
        headers={**_HEADERS, **headers},
    )


async def _edited(request: Request) -> Response:
    """One edited slice: rows × columns little-endian int16, Hounsfield units."""
    key = request.path_params["key"]
    if not _allowed(request, "edited", key):
        return _refusal(OUT_OF_DATE, 403)
    values = await run_in_threadpool(backend().map_values, key)
    if values is None:
        return _refusal("This slice is no longer in the cache; change it again.", 404)
    content = _int16(values)
    return Response(content, media_type="application/octet-stream", headers=_HEADERS)


ROUTES = [
    Route("/ctviz/pixels/{case}/{k}", _pixels),
    Route("/ctviz/map/{key}", _map),
    Route("/ctviz/edited/{key}", _edited),
]
