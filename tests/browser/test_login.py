"""With accounts asked for: a real login, what an owner and a reader may do, and what is noted."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from ctviz.backend import Backend
from ctviz.core import Settings
from ctviz.io import write_series
from ctviz.store import AuditEvent, Store
from tests.browser.conftest import PROJECT, START_SECONDS, new_context
from tests.browser.provider import Provider

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

OWNER, READER, STRANGER = "head@hospital.example", "guest@hospital.example", "x@evil.example"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _bring_a_case(folder: Path) -> None:
    rows, columns = np.mgrid[:48, :48]
    disc = np.where((rows - 20) ** 2 + (columns - 28) ** 2 < 64, 250.0, 40.0)
    write_series(
        folder / "series",
        np.stack([disc] * 3).astype(np.float32),
        spacing_mm=(0.8, 0.8),
        slice_spacing_mm=5.0,
        contrast=True,
        uid_entropy="login",
        title="Disc",
    )
    with closing(Backend(Settings(data=folder / "data", cache=folder / "cache"))) as backend:
        backend.import_path(folder / "series").result(60)


@pytest.fixture(scope="module")
def provider():
    provider = Provider(_free_port())
    server = provider.serve()
    yield provider
    server.should_exit = True


@pytest.fixture(scope="module")
def guarded(provider, tmp_path_factory):
    """The address and the data folder of a server that asks for accounts."""
    folder = tmp_path_factory.mktemp("guarded")
    port = _free_port()
    url = f"http://localhost:{port}"
    (folder / "access.toml").write_text(
        f'[owners]\nemails = ["{OWNER}"]\n[readers]\ndomains = ["hospital.example"]\n'
    )
    (folder / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{"s" * 40}"
client_id = "ctviz"
client_secret = "{"c" * 40}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""
    )
    _bring_a_case(folder)
    environment = {
        **os.environ,
        "CTVIZ_DATA": str(folder / "data"),
        "CTVIZ_ACCESS": str(folder / "access.toml"),
    }
    options = [f"--server.port={port}", f"--secrets.files={folder / 'secrets.toml'}"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).read()
            break
        except OSError:
            time.sleep(0.2)
    yield url, folder / "data"
    process.kill()
    process.wait()


def logged_in(browser: Browser, url: str) -> Page:
    page = new_context(browser).new_page()
    page.goto(url)
    page.get_by_role("button", name="Log in").click()
    return page


def pixels_of(page: Page) -> str:
    """Open the first case and return the address of a slice that the page has fetched."""
    with page.expect_request(lambda request: "/ctviz/pixels/" in request.url) as asked:
        page.locator("[class*=st-key-ctviz-open] a").first.click()
    return asked.value.url


def shown(email: str) -> re.Pattern[str]:
    """Return how an address is found on a page, where an invisible sign keeps it from a link."""
    return re.compile(re.escape(email).replace("@", "@.?"))


def noted(data: Path) -> list[tuple[AuditEvent, str, str]]:
    store = Store(data / "ctviz.db")
    found = [(entry.event, entry.who, entry.outcome) for entry in store.audit()]
    store.close()
    return found


def test_nothing_is_shown_or_sent_before_a_login(browser, guarded):
    url, _ = guarded
    page = new_context(browser).new_page()
    page.goto(url)
    page.get_by_role("button", name="Log in").wait_for()
    assert page.locator("[class*=st-key-ctviz-open]").count() == 0
    for path in ("/ctviz/pixels/C-0/0", "/ctviz/map/0?sign=x", "/media/x.png"):
        assert page.request.get(url + path).status == 403
    assert page.request.post(f"{url}/ctviz/upload/x/0", data=b"x").status == 403


def test_an_owner_draws_under_their_address_and_takes_the_trail_home(browser, guarded, provider):
    url, data = guarded
    provider.email, provider.verified = OWNER, True
    page = logged_in(browser, url)
    page.get_by_text("Add cases", exact=True).wait_for()
    address = pixels_of(page)
    page.get_by_role("button", name=shown(OWNER)).wait_for()
    assert page.request.get(address).status == 200
    other = new_context(browser).new_page()
    assert other.request.get(address).status == 403
    page.goto(f"{url}/help")
    page.get_by_text("Audit trail").wait_for()
    assert (AuditEvent.LOGGED_IN, OWNER, "success") in noted(data)
    assert (AuditEvent.OPENED, OWNER, "success") in noted(data)


def test_a_reader_reads_and_neither_imports_nor_starts_studies(browser, guarded, provider):
    url, data = guarded
    provider.email, provider.verified = READER, True
    page = logged_in(browser, url)
    page.locator("[class*=st-key-ctviz-open] a").first.wait_for()
    assert page.get_by_text("Add cases", exact=True).count() == 0
    address = pixels_of(page)
    assert page.request.get(address).status == 200
    page.get_by_role("button", name=shown(READER)).click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in").wait_for()
    assert page.request.get(address).status == 403
    assert (AuditEvent.LOGGED_IN, READER, "success") in noted(data)


@pytest.mark.parametrize(("email", "verified"), [(STRANGER, True), (OWNER, False)])
def test_who_has_no_role_or_no_proof_stays_outside(browser, guarded, provider, email, verified):
    url, data = guarded
    provider.email, provider.verified = email, verified
    page = logged_in(browser, url)
    page.get_by_role("button", name="Log out").wait_for()
    assert page.get_by_role("alert").count() == 1
    assert page.locator("[class*=st-key-ctviz-open]").count() == 0
    assert page.request.get(f"{url}/ctviz/map/0?sign=x").status == 403
    assert (AuditEvent.REFUSED, email, "minor failure") in noted(data)


def test_a_login_that_the_provider_refuses_is_noted(browser, guarded, provider):
    url, data = guarded
    provider.email = ""
    page = new_context(browser).new_page()
    page.goto(url)
    with page.expect_response(re.compile("/oauth2callback")):
        page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log in").wait_for()
    assert (AuditEvent.LOGGED_IN, "somebody without a name", "minor failure") in noted(data)
