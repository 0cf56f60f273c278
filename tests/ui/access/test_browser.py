"""An address serves the browser that was shown it, for a while, on every server of a folder."""

import multiprocessing

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from ctviz.core.secret import SECRET_BYTES, kept_secret
from ctviz.ui.access.browser import COOKIE, IDLE_SECONDS, RENEW_SECONDS, Signer, Tokens

SIGNER, NOW = Signer(b"s" * 32), 1_700_000_000.0


def request(query: bytes, cookie: bytes = b"") -> HTTPConnection:
    headers = [(b"cookie", COOKIE.encode() + b"=" + cookie)] if cookie else []
    return HTTPConnection({"type": "http", "headers": headers, "query_string": query})


@pytest.fixture
def now(monkeypatch):
    moment = [NOW]
    monkeypatch.setattr("ctviz.ui.access.browser.time.time", lambda: moment[0])
    return moment


def test_an_address_serves_only_its_browser_its_kind_and_its_thing(now):
    own, other = (SIGNER.token(name, NOW).encode() for name in ("own", "other"))
    query = f"sign={SIGNER.sign('map', 'key', 'own')}".encode()
    assert SIGNER.allows(request(query, own), "map", "key")
    assert not SIGNER.allows(request(query, other), "map", "key")
    assert not SIGNER.allows(request(query), "map", "key")
    assert not SIGNER.allows(request(query, own), "map", "other key")
    assert not SIGNER.allows(request(query, own), "pixels", "key")
    assert not Signer(b"t" * 32).allows(request(query, own), "map", "key")


def test_nobody_without_a_token_is_allowed_anything(now):
    query = f"sign={SIGNER.sign('map', 'key', '')}".encode()
    assert not SIGNER.allows(request(query), "map", "key")


def test_a_token_ends_when_it_was_not_used_for_long(now):
    token, query = SIGNER.token("own", NOW), f"sign={SIGNER.sign('map', 'key', 'own')}".encode()
    now[0] = NOW + IDLE_SECONDS - 1
    assert SIGNER.allows(request(query, token.encode()), "map", "key")
    now[0] = NOW + IDLE_SECONDS + 1
    assert not SIGNER.allows(request(query, token.encode()), "map", "key")


@pytest.mark.parametrize("sign", [b"%C3%A9", b"\xc3\xa9", b"%FF", b"", b"%00", b"a" * 10_000])
def test_a_signature_of_any_letters_is_refused_and_no_fault(now, sign):
    token = SIGNER.token("own", NOW).encode()
    assert not SIGNER.allows(request(b"sign=" + sign, token), "map", "key")


@given(token=st.text())
def test_no_token_but_ours_is_taken(token):
    assert SIGNER.browser(token, NOW) == ""


def cookies_after(path: str, cookie: bytes = b"", accept: str = "text/html") -> list[str]:
    """Return what an answer sets."""
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"accept", accept.encode())]
    if cookie:
        headers.append((b"cookie", COOKIE.encode() + b"=" + cookie))
    scope = {"type": "http", "method": "GET", "path": path, "scheme": "http", "headers": headers}
    anyio.run(Tokens(PlainTextResponse("yes"), SIGNER), scope, None, send)
    start = sent[0]["headers"]
    return [text.decode() for name, text in start if name.lower() == b"set-cookie"]


def test_a_page_gives_a_token_that_no_script_reads(now):
    (cookie,) = cookies_after("/")
    token = cookie.partition(";")[0].partition("=")[2]
    assert SIGNER.browser(token, NOW)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cookies_after("/ctviz/map/x", accept="*/*") == []


def test_a_token_stays_the_browsers_and_grows_young_by_use(now):
    token = SIGNER.token("own", NOW).encode()
    assert cookies_after("/", token) == []
    now[0] = NOW + RENEW_SECONDS + 1
    (cookie,) = cookies_after("/ctviz/map/x", token, accept="*/*")
    renewed = cookie.partition(";")[0].partition("=")[2]
    assert SIGNER.browser(renewed, NOW + IDLE_SECONDS + 1) == "own"


def test_logging_out_takes_the_token_away(now):
    (cookie,) = cookies_after("/auth/logout", SIGNER.token("own", NOW).encode())
    assert cookie.startswith(f"{COOKIE}=;")
    assert "Max-Age=0" in cookie


def test_the_secret_is_one_for_all_processes_and_for_the_owner_only(tmp_path):
    path = tmp_path / "data" / "address.key"
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        found = set(processes.map(kept_secret, [path] * 8))
    assert len(found) == 1
    assert len(found.pop()) == SECRET_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    assert [child.name for child in path.parent.iterdir()] == ["address.key"]
