"""A stranger's name or page gets nothing, by request or by websocket."""

import anyio
import pytest
from starlette.responses import PlainTextResponse

from ctviz.ui.access.hosts import KnownHosts, host_name


async def _answer(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse("the page")(scope, receive, send)


def asked(kind: str, headers: list[tuple[str, str]], hosts: tuple[str, ...] = ()) -> str:
    """Return 'let in' or 'refused' for a request or websocket with these headers."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "path": "/",
        "headers": [(name.encode(), text.encode("latin-1")) for name, text in headers],
    }
    anyio.run(KnownHosts(_answer, hosts), scope, None, send)
    good = sent[0]["type"] == "websocket.accept" or sent[0].get("status") == 200
    return "let in" if good else "refused"


both = pytest.mark.parametrize("kind", ["http", "websocket"])


@both
@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8501", "LOCALHOST:8501", "127.0.0.1:8501", "[::1]:8501", "localhost."],
)
def test_this_computers_own_names_are_answered(kind, host):
    assert asked(kind, [("host", host)]) == "let in"


@both
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8501",
        "localhost.evil.example",
        "evil.example#localhost",
        "localhost@evil.example",
        "user:localhost@evil.example:8501",
        "evil.example/localhost",
        "evil.example?localhost",
        "127.0.0.1.nip.example",
        "192.168.1.7:8501",
        "0.0.0.0:8501",
        "localhost:port",
        "localhost:99999",
        "[::1",
        "",
        "é.example",
    ],
)
def test_a_strangers_name_is_refused(kind, host):
    assert asked(kind, [("host", host)]) == "refused"


@both
def test_a_request_without_or_with_two_hosts_is_refused(kind):
    assert asked(kind, []) == "refused"
    assert asked(kind, [("host", "localhost"), ("host", "evil.example")]) == "refused"


@both
def test_names_of_the_operator_are_answered(kind):
    hosts = ("ct.hospital.example", "*.lab.example")
    assert asked(kind, [("host", "CT.hospital.example")], hosts) == "let in"
    assert asked(kind, [("host", "a.lab.example:80")], hosts) == "let in"
    assert asked(kind, [("host", "lab.example")], hosts) == "refused"
    assert asked(kind, [("host", "evil-lab.example")], hosts) == "refused"
    assert asked(kind, [("host", "hospital.example")], hosts) == "refused"


@both
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:3000",
        "http://127.0.0.1:8501",
        "null",
        "",
        "http://localhost:8501@evil.example",
        "file://",
    ],
)
def test_another_sites_page_is_refused(kind, origin):
    assert asked(kind, [("host", "localhost:8501"), ("origin", origin)]) == "refused"


@both
def test_our_own_page_is_answered_also_behind_a_proxy(kind):
    own = [("host", "localhost:8501"), ("origin", "http://localhost:8501")]
    assert asked(kind, own) == "let in"
    proxied = [("host", "127.0.0.1:8501"), ("origin", "https://ct.hospital.example")]
    assert asked(kind, proxied) == "refused"
    assert asked(kind, proxied, ("ct.hospital.example",)) == "let in"


def test_a_host_header_has_one_plain_form():
    assert host_name("[FE80::1]:80") == "fe80::1"
    assert host_name("a b") in {None, "a b"}
