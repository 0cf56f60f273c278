"""Make the README's picture: a reader at work on the demo cohort, in a real browser.

``python -m docs.picture`` from the project's folder writes ``docs/compare.png``.
"""

import math
from pathlib import Path

from playwright.sync_api import expect

from benchmarks.browser import chromium, fresh_server
from tests.browser.conftest import Reading
from tests.browser.test_reading import NUMBER

PICTURE = Path(__file__).with_name("compare.png")
PATIENT = "Phantom 7"
PATIENCE_MS = 240_000
METRICS = ("dice", "auroc", "average-precision", "fidelity")


def main() -> None:
    """Open a case with contrast agent, draw around the heart, wait for all scores, and look."""
    with fresh_server() as server, chromium() as browser:
        server.start()
        page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme="dark")
        reading = Reading(page, server.url)
        page.goto(server.url)
        page.get_by_text("8 cases", exact=True).wait_for(timeout=PATIENCE_MS)
        card = page.get_by_text(PATIENT, exact=True)
        card.wait_for(timeout=PATIENCE_MS)
        card.locator("xpath=following::a[contains(., 'Open')][1]").click()
        reading.editor.wait_for(timeout=PATIENCE_MS)
        reading.introduce("AB")
        reading.until("board.panes.every(pane => pane.shown === 'map')", PATIENCE_MS)
        page.get_by_test_id("tool-freehand").click()
        reading.stroke(_circle(0.48, 0.42, 0.13))
        expect(reading.reference).to_have_value("compare with: AB (you)", timeout=PATIENCE_MS)
        for metric in METRICS:
            cell = reading.score("integrated-gradients-bw", metric)
            expect(cell).to_contain_text(NUMBER, timeout=PATIENCE_MS)
        reading.until("board.panes.every(pane => pane.shown === 'map')", PATIENCE_MS)
        page.wait_for_timeout(2000)
        page.screenshot(path=PICTURE)


def _circle(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    angles = [2 * math.pi * step / 24 for step in range(25)]
    return [(x + 0.8 * radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


if __name__ == "__main__":
    main()
