"""Many strokes of a reader in a hurry on a slow computer, and which of them the database has."""

from dataclasses import dataclass
from pathlib import Path

from ctviz.backend.cases.demo import Demo
from ctviz.core import Region
from ctviz.store import Store
from tests.browser.conftest import Reading

COLUMNS, ROWS = 20, 15
"""Places of strokes on the picture: no two strokes share one, not even on different slices."""
SCRIPT = Path(__file__).with_name("strokes.js")
THIN = 5
"""How often the brush is made smaller, so that a stroke stays in its place."""
HOLDS = 0.25
"""Share of its place that a stroke draws at least: a brush leaves the middle free."""
SETTLED_MS = 120_000


@dataclass(frozen=True)
class Stroke:
    """A loop around a place of the picture, on the slice and with the label of its beginning.

    Parameters
    ----------
    x, y
        The middle of the place as a share of the image's columns and rows.
    """

    x: float
    y: float
    slice_index: int
    label: str


def slow_down(reading: Reading, times: float) -> None:
    """Let the processor of a browser tab seem so many times slower."""
    tab = reading.page.context.new_cdp_session(reading.page)
    tab.send("Emulation.setCPUThrottlingRate", {"rate": times})


def draw_many(reading: Reading, count: int) -> list[Stroke]:
    """Draw that many strokes in a tab, and wait until it says that they are saved."""
    page = reading.page
    page.get_by_test_id("add-label").click()
    page.get_by_test_id("label-name").fill("vessel")
    page.keyboard.press("Enter")
    for _ in range(THIN):
        page.keyboard.press("[")
    _see_all(reading)
    asked = {"count": count, "columns": COLUMNS, "rows": ROWS, "size": Demo.size}
    drawn = page.evaluate(SCRIPT.read_text(encoding="utf-8"), asked)
    reading.until("!board.drawing && board.saving === 'clean'", SETTLED_MS)
    return [Stroke(*stroke) for stroke in drawn]


def _see_all(reading: Reading) -> None:
    """Zoom out until all of the slice is seen, the air around the body too."""
    reading.editor.hover()
    reading.page.keyboard.down("Control")
    while max(reading.in_slice(0, 0)) > 0 or min(reading.in_slice(1, 1)) < Demo.size:
        before = reading.board("zoom")
        reading.page.mouse.wheel(0, 100)
        reading.until(f"board.zoom < {before}")
        reading.page.wait_for_timeout(100)
    reading.page.keyboard.up("Control")


def lost(
    data: Path, case_id: str, reader: str, strokes: list[Stroke]
) -> dict[Stroke, dict[tuple[int, str], float]]:
    """Return the strokes that the database does not have exactly where they were drawn.

    Returns
    -------
    How much of each such stroke's place is drawn instead, by slice and label.
    """
    store = Store(data / "ctviz.db")
    regions = store.regions(case_id, reader)
    store.close()
    found = {stroke: _shares(stroke, regions) for stroke in strokes}
    return {
        stroke: shares for stroke, shares in found.items() if not _is_where_drawn(stroke, shares)
    }


def _is_where_drawn(stroke: Stroke, shares: dict[tuple[int, str], float]) -> bool:
    """Whether a stroke's place is drawn as it was only; neighbours may reach its edge."""
    drawn = [place for place, share in shares.items() if share > HOLDS]
    return drawn == [(stroke.slice_index, stroke.label)]


def _shares(stroke: Stroke, regions: list[Region]) -> dict[tuple[int, str], float]:
    """Return how much of a stroke's place is drawn, by slice and label."""
    shares = {}
    for region in regions:
        rows, columns = region.mask.shape
        row, column = int(stroke.y * rows), int(stroke.x * columns)
        reach = int(0.4 * columns / COLUMNS)
        top, left = max(0, row - reach), max(0, column - reach)
        place = region.mask[top : row + reach + 1, left : column + reach + 1]
        if place.any():
            shares[region.slice_index, region.label] = float(place.mean())
    return shares
