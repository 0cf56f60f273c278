"""How long a reader waits: the app with its demo cohort, seen from inside a headless Chromium.

``python -m benchmarks.browser --help`` from the project's folder.
"""

import argparse
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Locator, sync_playwright

from benchmarks.timing import machine, median, print_table
from ctviz.estimators import ESTIMATORS
from tests.browser.conftest import Reading, Server

STOPWATCH = Path(__file__).with_name("stopwatch.js")
CASES, PANES = 8, 4
PATIENCE_MS = 300_000
PAUSE_MS = 150
"""Between two slices, so that each is a picture of its own."""
SETTLE_MS = 1000
"""Between two changes of the page, so that neither waits for what the other left to do."""

WHAT_IF = "[class*=st-key-ctviz-what-if-panel]"

Row = tuple[str, float, float, int]
"""What was timed, its median, its 95th percentile, and how often."""


@dataclass(frozen=True)
class Measured:
    """A reader's browser tab with the stopwatch in it."""

    reading: Reading

    @property
    def board(self) -> Locator:
        """The board's element, in the component's shadow."""
        return self.reading.page.get_by_test_id("board")

    def arm(self, event: str, condition: str, before: object = None) -> None:
        """Let the next ``event`` start the stopwatch.

        The condition may use ``board``, the element, and ``before``, a value from here.
        """
        script = f"(board, before) => stopwatch.arm('{event}', () => {condition})"
        self.board.evaluate(script, before)

    def stopped(self) -> float:
        """Return the seconds that the stopwatch counted, when it has stopped."""
        page = self.reading.page
        page.wait_for_function("() => stopwatch.ms !== null", timeout=PATIENCE_MS)
        return float(page.evaluate("() => stopwatch.ms")) / 1000

    def wait_for_maps(self) -> None:
        """Wait until all panes show the map of the slice."""
        self.reading.until(f"stopwatch.filled({PANES})", PATIENCE_MS)

    def wait_for_scores(self) -> None:
        """Wait until every score of the slice is a number."""
        for metric in ("dice", "auroc", "average-precision", "fidelity"):
            condition = f"stopwatch.scores(board, '{metric}').every(text => /[0-9]/.test(text))"
            self.board.evaluate(
                f"board => stopwatch.until(() => stopwatch.filled({PANES}) && {condition})",
                timeout=PATIENCE_MS,
            )


def start(server: Server, reading: Reading) -> Iterator[Row]:
    """From the command line to the demo cohort on the screen, on an empty data folder."""
    begun = time.perf_counter()
    server.start()
    answers = time.perf_counter() - begun
    yield "server start to first answer, s", answers, answers, 1
    page = reading.page
    page.goto(server.url)
    page.get_by_text(f"{CASES} cases", exact=True).wait_for(timeout=PATIENCE_MS)
    page.locator("[class*=st-key-ctviz-open] a").nth(CASES - 1).wait_for()
    listed = time.perf_counter() - begun
    yield f"server start to {CASES} cases listed, s", listed, listed, 1
    page.get_by_text("classifying …").first.wait_for(state="detached", timeout=PATIENCE_MS)
    classified = time.perf_counter() - begun
    yield "server start to all classified, s", classified, classified, 1


def prepare(measured: Measured, slices: int) -> None:
    """Open the first case as a reader, and see every map of the first slices."""
    reading = measured.reading
    reading.open_first_case()
    reading.introduce("AB")
    reading.until("board.sliceShown")
    measured.board.focus()
    for index in range(slices):
        reading.page.keyboard.press("ArrowDown" if index else "Home")
        reading.until(f"board.slice === {index}")
        measured.wait_for_maps()


def slice_changes(measured: Measured, slices: int, repeats: int) -> Iterator[Row]:
    """From a key or the wheel to the slice and all its maps drawn."""
    prepare(measured, slices)
    events = {
        "key": "board.dispatchEvent(new KeyboardEvent('keydown', {key: down ? 'ArrowDown' : "
        "'ArrowUp', bubbles: true}))",
        "wheel": "board.querySelector('[data-testid=\"editor-canvas\"]').dispatchEvent("
        "new WheelEvent('wheel', {deltaY: down ? 100 : -100, bubbles: true, cancelable: true}))",
    }
    for name, act in events.items():
        times = np.array([_change(measured, act, way) for way in _back_and_forth(slices, repeats)])
        for what, column in (("drawn", times[:, 0]), ("next frame", times[:, 1])):
            yield _row(f"{name} to {what}, ms", column)
    own = measured.reading.board("timings.filter(({sliceChanged}) => sliceChanged)")
    own = own[-len(times) :]
    yield _row("the board's own wait, ms", np.array([timing["waitMs"] for timing in own]))
    yield _row("of which drawing, ms", np.array([timing["drawMs"] for timing in own]))


def _back_and_forth(slices: int, repeats: int) -> Iterator[tuple[int, int]]:
    """Yield (from, to) for changes between neighbours, up from the last slice and down to it.

    At least ``repeats``, and only whole rounds, so that the next can begin where this one did.
    """
    way = [*range(slices - 1, 0, -1), *range(slices - 1)]
    for index in range(-(-repeats // len(way)) * len(way)):
        yield way[index % len(way)], way[(index + 1) % len(way)]


def _change(measured: Measured, act: str, way: tuple[int, int]) -> list[float]:
    before, after = way
    measured.reading.until(f"board.slice === {before}")
    measured.wait_for_maps()
    measured.reading.page.wait_for_timeout(PAUSE_MS)
    script = f"""(board, [down, slice]) => stopwatch.time(
      () => {act},
      () => ctvizBoard.slice === slice && ctvizBoard.sliceShown && stopwatch.filled({PANES})
        && ctvizBoard.timings.at(-1).slice === slice,
    )"""
    return measured.board.evaluate(script, [after > before, after])


def strokes(measured: Measured, repeats: int) -> Iterator[Row]:
    """From the end of a stroke to the new AUROC beside all maps."""
    page, times = measured.reading.page, []
    measured.wait_for_scores()
    for index in range(repeats):
        times.append(_stroke(measured, 0.2 + 0.6 * index / repeats))
        page.wait_for_timeout(SETTLE_MS)
    yield _row("stroke to new AUROC, s", np.array(times))


def _stroke(measured: Measured, row: float) -> float:
    """Draw a line at a share of the picture's height that changes every region so far."""
    measured.board.focus()
    measured.reading.page.keyboard.press("b")
    texts = "stopwatch.scores(board, 'auroc')"
    before = measured.board.evaluate(f"board => {texts}.join()")
    changed = f"{texts}.join() !== before && {texts}.every(text => /[0-9]/.test(text))"
    measured.arm("pointerup", changed, before)
    measured.reading.stroke([(0.3, row), (0.5, row + 0.05), (0.7, row)])
    return measured.stopped()


def what_ifs(measured: Measured, repeats: int) -> Iterator[Row]:
    """From another soft edge of the change to the model's new answer, and to all new maps."""
    page = measured.reading.page
    measured.board.focus()
    page.keyboard.press("q")
    page.locator(WHAT_IF).get_by_text("log-odds").first.wait_for(timeout=PATIENCE_MS)
    page.keyboard.press("x")
    measured.reading.until(f"board.moment === 'edited' && stopwatch.filled({PANES})", PATIENCE_MS)
    times = np.array([_what_if(measured) for _ in range(repeats)])
    for column, what in enumerate(("answer", f"{PANES} new maps")):
        yield _row(f"what if, to the {what}, s", times[:, column])
    page.keyboard.press("q")
    page.locator(WHAT_IF).wait_for(state="detached", timeout=PATIENCE_MS)


def _what_if(measured: Measured) -> tuple[float, float]:
    """Widen the soft edge by a step; each answer and map is one that nobody has asked for."""
    page = measured.reading.page
    edge = page.locator(WHAT_IF).get_by_test_id("stNumberInput").first
    edit = "JSON.stringify(ctvizBoard.edit)"
    changed = f"ctvizBoard.edit !== null && {edit} !== before"
    looking = f"document.querySelector('{WHAT_IF}').innerText.includes('looking at')"
    before = page.evaluate(f"() => {edit}")
    measured.board.evaluate(
        f"""(board, before) => {{
          addEventListener("click", () => {{
            const begun = performance.now();
            globalThis.waited = [null, null];
            [() => {changed} && !{looking}, () => {changed} && stopwatch.filled({PANES})].forEach(
              (there, i) => stopwatch.until(there).then((then) => (waited[i] = then - begun)),
            );
          }}, {{ capture: true, once: true }});
        }}""",
        before,
    )
    edge.get_by_test_id("stNumberInputStepUp").click()
    page.wait_for_function(
        "() => globalThis.waited?.every(each => each !== null)", timeout=PATIENCE_MS
    )
    answered_ms, filled_ms = page.evaluate("() => waited")
    page.evaluate("() => { globalThis.waited = undefined }")
    page.wait_for_timeout(SETTLE_MS)
    return answered_ms / 1000, filled_ms / 1000


def returns(measured: Measured, repeats: int) -> Iterator[Row]:
    """From a reload to all panes filled again, with every map computed before."""
    arrivals = [_reload(measured) for _ in range(repeats)]
    mounted, filled = np.array(arrivals).T / 1000
    yield _row("reload to board, s", mounted)
    yield _row(f"board to {PANES} cached maps, s", filled - mounted)
    yield _row(f"reload to {PANES} cached maps, s", filled)


def _reload(measured: Measured) -> tuple[float, float]:
    page = measured.reading.page
    page.reload()
    page.wait_for_function("() => arrival.filled > 0", timeout=PATIENCE_MS)
    arrival = page.evaluate("() => arrival")
    return arrival["mounted"], arrival["filled"]


def toggles(measured: Measured, repeats: int) -> Iterator[Row]:
    """From adding an estimator, whose map is known, to its map."""
    times = [_toggle(measured, "gradient") for _ in range(repeats)]
    yield _row("cached estimator added to its map, s", np.array(times))


def _toggle(measured: Measured, estimator: str) -> float:
    page = measured.reading.page
    measured.wait_for_maps()
    page.get_by_test_id(f"pane-remove-{estimator}").click()
    measured.reading.until(f"stopwatch.filled({PANES - 1})", PATIENCE_MS)
    page.wait_for_timeout(SETTLE_MS)
    title = ESTIMATORS[estimator].title
    page.locator(".st-key-ctviz-drawer button").first.click()
    box = page.get_by_role("checkbox", name=title, exact=True)
    box.wait_for()
    page.wait_for_timeout(SETTLE_MS)
    measured.arm("click", f"stopwatch.filled({PANES})")
    page.get_by_test_id("stCheckbox").filter(has=box).locator("label").click()
    elapsed = measured.stopped()
    page.keyboard.press("Escape")
    page.wait_for_timeout(SETTLE_MS)
    return elapsed


def _row(what: str, times: np.ndarray) -> Row:
    return what, median(times), float(np.percentile(times, 95)), len(times)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the Chromium that is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("There is no Chromium here; install your system's package.")
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*arguments, "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextmanager
def fresh_server() -> Iterator[Server]:
    """Return a server, not yet started, on an empty data folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="ctviz-benchmark-") as folder:
        server = Server(Path(folder), port)
        try:
            yield server
        finally:
            server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100, help="slice changes of each kind")
    parser.add_argument("--slices", type=int, default=5, help="how many slices they go through")
    parser.add_argument("--repeats", type=int, default=9, help="strokes, reloads and toggles")
    asked = parser.parse_args()
    print(f"{machine()}; Chromium without GPU, 1366 × 768, {PANES} panes", flush=True)
    with fresh_server() as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(path=STOPWATCH)
        measured = Measured(Reading(page, server.url))
        rows = chain(
            start(server, measured.reading),
            slice_changes(measured, asked.slices, asked.changes),
            strokes(measured, asked.repeats),
            what_ifs(measured, asked.repeats),
            returns(measured, asked.repeats),
            toggles(measured, asked.repeats),
        )
        print_table("What a reader waits for", ["what", "median", "95th percentile", "times"], rows)


if __name__ == "__main__":
    main()
