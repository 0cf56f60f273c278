"""Many strokes of a reader in a hurry on a slow computer, and which of them the database has."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctviz.core import Region
from ctviz.store import Store
from tests.browser.conftest import Reading

COLUMNS, ROWS = 20, 15
"""Places of strokes on the picture: no two strokes share one, not even on different slices."""
LOOP = ((-1, -1), (1, -1), (1, 1), (-1, 1))
"""Corners of a stroke around the middle of its place."""
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


@dataclass(frozen=True)
class Hurry:
    """A browser tab in which strokes are drawn while everything else changes.

    The demo cohort's pixels are square, and so are its pictures.
    """

    reading: Reading

    def slow_down(self, times: float) -> None:
        """Let the processor seem so many times slower."""
        tab = self.reading.page.context.new_cdp_session(self.reading.page)
        tab.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def draw(self, count: int) -> list[Stroke]:
        """Draw that many strokes; slices, labels, tools and maps change between and under them."""
        page = self.reading.page
        self.add_label("vessel")
        page.keyboard.press("f")
        strokes = []
        for number, (x, y) in zip(range(count), places(), strict=False):
            if number % 3 == 0:
                page.mouse.wheel(0, 100 if number % 6 else -100)
            if number % 7 == 0:
                page.get_by_test_id("label").select_option(index=number % 2)
                page.keyboard.press("f" if number % 2 else "b")
            strokes.append(self.stroke(x, y, scroll=number % 5 == 0))
        self.reading.until("!board.drawing && board.saving === 'clean'", SETTLED_MS)
        return strokes

    def add_label(self, name: str) -> None:
        """Add a label and choose it."""
        self.reading.page.get_by_test_id("add-label").click()
        self.reading.page.get_by_test_id("label-name").fill(name)
        self.reading.page.keyboard.press("Enter")

    def stroke(self, x: float, y: float, *, scroll: bool) -> Stroke:
        """Draw a loop; perhaps with a key that scrolls while the button is down."""
        page, box = self.reading.page, self.reading.editor.bounding_box()
        assert box is not None
        side = min(box["width"], box["height"])
        left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
        reach = 0.4 * side / COLUMNS
        corners = [(left + x * side + i * reach, top + y * side + j * reach) for i, j in LOOP]
        page.mouse.move(*corners[0])
        page.mouse.down()
        slice_index, label = page.evaluate(STATE)
        for number, corner in enumerate([*corners[1:], corners[0]]):
            page.mouse.move(*corner, steps=2)
            if scroll and number == 1:
                page.keyboard.press("ArrowDown")
                page.mouse.wheel(0, 100)
        page.mouse.up()
        return Stroke(x, y, slice_index, label)


STATE = """() => {
  const list = ctvizBoard.element.querySelector('[data-testid="label"]')
  return [ctvizBoard.slice, list.selectedOptions[0].textContent]
}"""


def places() -> Iterator[tuple[float, float]]:
    """Return the middles of all places, as shares of the picture."""
    for row in range(ROWS):
        for column in range(COLUMNS):
            yield (column + 0.5) / COLUMNS, (row + 0.5) / ROWS


def lost(data: Path, case_id: str, reader: str, strokes: list[Stroke]) -> list[Stroke]:
    """Return the strokes that the database does not have exactly where they were drawn."""
    store = Store(data / "ctviz.db")
    regions = store.regions(case_id, reader)
    store.close()
    return [stroke for stroke in strokes if _holders(stroke, regions) != [stroke]]


def _holders(stroke: Stroke, regions: list[Region]) -> list[Stroke]:
    """Return where the place of a stroke is drawn on, as strokes."""
    return [
        Stroke(stroke.x, stroke.y, region.slice_index, region.label)
        for region in regions
        if _drawn_around(region, stroke)
    ]


def _drawn_around(region: Region, stroke: Stroke) -> bool:
    rows, columns = region.mask.shape
    middle = int(stroke.y * rows), int(stroke.x * columns)
    # A brush draws the loop itself, a freehand shape fills it.
    reach = max(1, round(0.4 * columns / COLUMNS))
    around = [(middle[0] + j * reach, middle[1] + i * reach) for i, j in LOOP]
    return bool(region.mask[middle]) or sum(bool(region.mask[place]) for place in around) > 2
