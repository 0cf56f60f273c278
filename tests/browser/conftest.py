"""A real server on a data folder of its own, and a real Chromium in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from ctviz.backend import Backend
from ctviz.core import Settings

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
SAID = 3000

PATIENCE = 120_000
"""Milliseconds that a test waits for what must come: a busy machine is slow, not wrong."""

expect.set_options(timeout=PATIENCE)


@dataclass
class Server:
    """The app as the README's command starts it, which can be killed and started again."""

    data: Path
    port: int
    models: Path = PROJECT / "models"
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = ["-m", "streamlit", "run", "app.py", f"--server.port={self.port}"]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command, "--server.address=127.0.0.1"],
                cwd=PROJECT,
                env={"OMP_NUM_THREADS": "1", **os.environ, **self.folders},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).read()
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise TimeoutError("the server did not start")

    @property
    def folders(self) -> dict[str, str]:
        return {"CTVIZ_DATA": str(self.data), "CTVIZ_MODELS": str(self.models)}

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Stop without any chance to tidy up."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def started(
    tmp_path_factory: pytest.TempPathFactory, begun: Path | None = None
) -> Iterator[Server]:
    """Lend a server with the models of the checkout and an empty data folder, or one begun."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # A shelf of its own with the models of the checkout, to which a test may add.
    models = tmp_path_factory.mktemp("models")
    for folder in (PROJECT / "models").glob("*/card.toml"):
        (models / folder.parent.name).symlink_to(folder.parent)
    data = tmp_path_factory.mktemp("data")
    if begun is not None:
        shutil.copytree(begun, data, dirs_exist_ok=True)
    server = Server(data, port, models)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        # What pytest keeps of its last runs would fill a small disk.
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo cohort, made once."""
    folder = tmp_path_factory.mktemp("demo")
    with closing(Backend(Settings(data=folder, cache=folder / "cache"))) as backend:
        backend.import_demo().result(300)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_data: Path) -> Iterator[Server]:
    """A server for the tests of one file: what they leave there, no other file's tests find."""
    with started(tmp_path_factory, demo_data) as server:
        yield server


# Playwright keeps an event loop running in its thread, in which no other test could start one.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Reading:
    """What a reader does in one browser tab."""

    page: Page
    url: str

    def open_first_case(self) -> None:
        self.page.goto(self.url)
        opener = self.page.locator("[class*=st-key-ctviz-open] a").first
        # While the first cases come the list is made anew, and a click may fall in between.
        for patience in (30_000, 30_000, 60_000):
            opener.click()
            with suppress(PlaywrightTimeout):
                self.editor.wait_for(timeout=patience)
                return
            if "compare" in self.page.url:
                break
        self.editor.wait_for()

    def introduce(self, name: str) -> None:
        self.page.get_by_label("Reader", exact=True).fill(name)
        self.page.get_by_role("button", name="Start reading").click()
        self.page.get_by_role("button", name=f"Reader: {name}").wait_for()
        # A dialog hands the focus back when it has faded away, be the reader at the board or not.
        self.page.get_by_role("dialog").wait_for(state="hidden")
        self.drawn()

    @property
    def editor(self) -> Locator:
        return self.page.get_by_test_id("editor-canvas")

    def board(self, expression: str) -> Any:
        """Return a part of what the board says of itself."""
        return self.page.evaluate(f"() => window.ctvizBoard.{expression}")

    def plan(self, file: Path, words: str) -> None:
        """Bring a plan to the Study page, which then says ``words`` of it."""
        self.page.goto(f"{self.url}/study")
        self.page.get_by_role("button", name="Plan").click()
        self.page.locator("input[type=file]").set_input_files(file)
        self.page.get_by_text(words).wait_for()
        self.page.keyboard.press("Escape")

    def take(self, key: str, tool: str) -> None:
        """Take a tool by its key.

        A dialog that has gone hands the focus back to its button a moment later, on a busy machine
        after the mouse has come to the board; a reader moves the mouse and presses again.
        """
        for _ in range(10):
            self.page.mouse.move(1, 1)
            self.editor.hover()
            self.page.keyboard.press(key)
            with suppress(PlaywrightTimeout):
                self.until(f"board.tool === '{tool}'", 3_000)
                return
        raise AssertionError(f"The key {key} did not take the {tool}.")

    def until(self, expression: str, timeout: float = PATIENCE) -> None:
        """Wait until an expression over ``board`` is true."""
        condition = f"() => {{ const board = window.ctvizBoard; return board && ({expression}) }}"
        self.page.wait_for_function(condition, timeout=timeout)

    def drawn(self) -> None:
        """Wait until what the last input changed is on the screen, which is in the next frame."""
        frames = "requestAnimationFrame(() => requestAnimationFrame(done))"
        self.page.evaluate(f"() => new Promise(done => {frames})")

    def score(self, pane: str, metric: str) -> Locator:
        return self.page.get_by_test_id(f"score-{pane}-{metric}")

    @property
    def reference(self) -> Locator:
        """The box that says whose region the maps are compared with."""
        return self.page.get_by_role("combobox", name="Compare with", exact=True)

    def on_screen(self, column: float, row: float) -> tuple[float, float]:
        """Return where a point of the slice, in its pixels, is on the screen."""
        box, placed = self.editor.bounding_box(), self.board("placement")
        assert box is not None
        return (
            box["x"] + placed["left"] + column * placed["scaleX"],
            box["y"] + placed["top"] + row * placed["scaleY"],
        )

    def in_slice(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the slice, (column, row), at shares of the picture."""
        box, placed = self.editor.bounding_box(), self.board("placement")
        assert box is not None
        return (
            (x * box["width"] - placed["left"]) / placed["scaleX"],
            (y * box["height"] - placed["top"]) / placed["scaleY"],
        )

    def stroke(self, points: list[tuple[float, float]]) -> None:
        """Drag the left button through points given as shares of the picture."""
        box = self.editor.bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=4)
        self.page.mouse.up()


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """Begin as somebody of whom the browser knows nothing yet, who waits as long as it takes."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, **options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def reading(browser: Browser, server: Server) -> Iterator[Reading]:
    if not server.running:
        server.start()
    context = new_context(browser, color_scheme="dark")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Reading(page, server.url)
    context.close()
    assert not errors, errors


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure what the reader saw and what the server said."""
    report = yield
    lent: dict[str, Any] = getattr(item, "funcargs", {})
    if report.failed and call.when == "call" and "reading" in lent:
        with suppress(PlaywrightError):
            seen = lent["reading"].page.locator("body").inner_text(timeout=5_000)
            report.sections.append(("What was on the page", seen[:SAID]))
        if "server" in lent:
            said = (lent["server"].data / "server.log").read_text(errors="replace")
            report.sections.append(("What the server said", said[-SAID:]))
    return report
