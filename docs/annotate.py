"""Draw written outlines as a reader draws: polygon by polygon in the app, in a real browser.

``python -m docs.annotate ../shared/data/tcga-luad-contrast
docs/annotations/tcga-luad-contrast.toml`` brings the slices in with their true classes, draws every
outline of the file, and checks what was stored.
"""

import argparse
import math
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import ViewportSize
from skimage.draw import polygon2mask

from benchmarks.browser import chromium
from ctviz.backend import Backend
from ctviz.core import InvalidInput, Mask, Settings
from ctviz.store import CaseEntry, Store
from tests.browser.conftest import Reading, Server

PATIENCE_MS = 120_000
VIEWPORT: ViewportSize = {"width": 1800, "height": 1200}
ROOM = 0.8
"""Share of the picture that a polygon may fill when the reader has zoomed in on it."""
WHEEL_PER_FOLD = 400
"""CSS pixels of the wheel for a zoom by the factor e."""
LARGEST_ZOOM = 12
ATTEMPTS = 8
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
AGREEMENT = 0.97
"""Least Dice of what was stored with what is written."""

Points = np.ndarray
"""Rows and columns (n, 2), where the first pixel reaches from 0 to 1; a polygon's corners."""


@dataclass(frozen=True)
class Outlines:
    """What one reader outlined in a collection of files.

    Parameters
    ----------
    reader, label
        Who drew, and what.
    slices
        The polygons by file name; a region is everything inside any of its polygons.
    """

    reader: str
    label: str
    slices: Mapping[str, tuple[Points, ...]]


def read_outlines(path: Path) -> Outlines:
    """Return the outlines of a TOML file as ``docs/annotations`` holds them."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    slices = {
        name: tuple(np.array(corners, float) for corners in one["polygons"])
        for name, one in written["slices"].items()
    }
    return Outlines(written["reader"], written["label"], slices)


def region_of(polygons: tuple[Points, ...], shape: tuple[int, int]) -> Mask:
    """Return the pixels (H, W) whose centres lie inside any of the polygons."""
    inside: Mask = np.any([polygon2mask(shape, each - 0.5) for each in polygons], axis=0)
    return inside


def dice(one: Mask, other: Mask) -> float:
    """Return the overlap of two masks, 1 if they are equal."""
    return 2 * float((one & other).sum()) / float(one.sum() + other.sum())


def bring_in(folder: Path, outlines: Outlines, settings: Settings) -> dict[str, CaseEntry]:
    """Bring in the labelled slices of a folder; return the case of each outlined file."""
    backend = Backend(settings)
    try:
        backend.import_labelled(folder, folder / "labels.csv").result()
        return {
            name: backend.store.case(backend.load_case(folder / name).id)
            for name in outlines.slices
        }
    finally:
        backend.close()


@dataclass(frozen=True)
class Placement:
    """Where a slice lies on the screen.

    Parameters
    ----------
    origin
        (2,) top and left of its first pixel, in CSS pixels.
    scale
        (2,) CSS pixels of a row and of a column.
    """

    origin: Points
    scale: Points

    def on_screen(self, points: Points) -> Points:
        """Return where points (n, 2) of the slice lie: whole CSS pixels, as a mouse knows them."""
        places: Points = np.rint(self.origin + points * self.scale)
        return places

    def zoomed(self, anchor: Points, zoom: float) -> "Placement":
        """Return the placement after a zoom that leaves a point (2,) of the screen in its place."""
        return Placement(anchor + (self.origin - anchor) * zoom, self.scale * zoom)


@dataclass(frozen=True)
class Draughtsman:
    """A reader who outlines what a file says."""

    reading: Reading
    reader: str

    def draw(self, entry: CaseEntry, polygons: tuple[Points, ...]) -> None:
        """Open a case, outline its region, and wait until it is saved."""
        self._open(entry)
        self.reading.page.get_by_test_id("tool-polygon").click()
        if self.reading.board("drawnPixels"):
            self._wipe(entry)
        for corners in polygons:
            self._outline(entry, corners)
        self.reading.until("board.pending.length === 0", PATIENCE_MS)

    def _open(self, entry: CaseEntry) -> None:
        reading, page = self.reading, self.reading.page
        page.goto(f"{reading.url}/compare?case={entry.id}&slice=0&estimators=")
        question = page.get_by_label("Reader", exact=True)
        known = page.get_by_role("button", name=f"Reader: {self.reader}")
        question.or_(known).first.wait_for(timeout=PATIENCE_MS)
        if question.is_visible():
            reading.introduce(self.reader)
        reading.until(f"board.case === '{entry.id}' && board.sliceShown", PATIENCE_MS)

    def _placement(self, entry: CaseEntry) -> Placement:
        """Return where the editor puts a slice without zoom: as large as fits, in the middle."""
        corner, canvas = self._editor()
        shape, spacing = np.array(entry.shape), np.array(entry.spacing_mm or (1.0, 1.0))
        scale = spacing * (canvas / (shape * spacing)).min()
        return Placement(corner + (canvas - shape * scale) / 2, scale)

    def _editor(self) -> tuple[Points, Points]:
        """Return (top, left) and (height, width) of the large picture, in CSS pixels."""
        box = self.reading.editor.bounding_box()
        if box is None:
            raise InvalidInput("The editor is not on the page; look at the app in a browser.")
        return np.array([box["y"], box["x"]]), np.array([box["height"], box["width"]])

    def _wipe(self, entry: CaseEntry) -> None:
        """Erase what was drawn before: a polygon around the slice, with Ctrl."""
        bottom, right = np.array(entry.shape) - 1
        keyboard = self.reading.page.keyboard
        keyboard.down("Control")
        self._click(
            np.array([(1, 1), (1, right), (bottom, right), (bottom, 1)]), self._placement(entry)
        )
        keyboard.up("Control")
        keyboard.press("Enter")
        self.reading.until("board.drawnPixels === 0")

    def _outline(self, entry: CaseEntry, corners: Points) -> None:
        """Outline a polygon, and again if the page moved under the mouse meanwhile.

        It does when the model's answer or another yardstick appears above the editor.
        """
        for _ in range(ATTEMPTS):
            before = self._editor()
            self._try(corners, self._placement(entry))
            if np.array_equal(before, self._editor()):
                return
            self.reading.page.keyboard.press("Control+z")
        raise InvalidInput("The page does not come to rest; close other programs and try again.")

    def _try(self, corners: Points, whole: Placement) -> None:
        """Zoom in on a polygon, click its corners, and zoom out again."""
        keyboard, before = self.reading.page.keyboard, self.reading.board("stamp")
        self._click(corners, self._zoom(corners, whole))
        keyboard.press("Enter")
        self.reading.until(f"board.stamp !== '{before}'")
        keyboard.press("Space")
        self._until_shown("board.zoom === 1")

    def _zoom(self, corners: Points, whole: Placement) -> Placement:
        """Turn the wheel over the middle of a polygon until it fills the editor."""
        page = self.reading.page
        top, bottom = whole.on_screen(np.array([corners.min(0), corners.max(0)]))
        anchor = np.rint((top + bottom) / 2)
        corner, canvas = self._editor()
        # The middle stays where it is, so the nearer edge limits how far one can zoom in.
        room = np.minimum(anchor - corner, corner + canvas - anchor)
        zoom = float(np.clip((ROOM * room / ((bottom - top) / 2)).min(), 1, LARGEST_ZOOM))
        page.mouse.move(anchor[1], anchor[0])
        page.keyboard.down("Control")
        page.mouse.wheel(0, -WHEEL_PER_FOLD * math.log(zoom))
        page.keyboard.up("Control")
        self._until_shown(f"Math.abs(board.zoom / {zoom} - 1) < 0.01")
        return whole.zoomed(anchor, float(self.reading.board("zoom")))

    def _until_shown(self, zoomed: str) -> None:
        """Wait for a zoom and for the picture that shows it, since clicks go by the picture."""
        self.reading.until(zoomed)
        self.reading.page.evaluate(TWO_FRAMES)

    def _click(self, corners: Points, placement: Placement) -> None:
        """Click the corners of a polygon, which Enter will close."""
        for down, right in placement.on_screen(corners):
            self.reading.page.mouse.click(right, down)


def agreement(store: Store, entry: CaseEntry, outlines: Outlines, name: str) -> float:
    """Return the Dice of the stored region of a file with its outline; 0 if there is none."""
    drawn = {
        region.label: region.mask
        for region in store.regions(entry.id, outlines.reader, slice_index=0)
    }
    nothing = np.zeros(entry.shape, bool)
    return dice(drawn.get(outlines.label, nothing), region_of(outlines.slices[name], entry.shape))


@contextmanager
def serve(data: Path, port: int) -> Iterator[Server]:
    """Start the app on a data folder."""
    server = Server(data, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def annotate(entries: dict[str, CaseEntry], outlines: Outlines, data: Path, port: int) -> list[str]:
    """Draw what is not there yet; return the files whose stored region is not as written."""
    store = Store(data / "ctviz.db")

    def missing() -> list[str]:
        return [n for n, e in entries.items() if agreement(store, e, outlines, n) < AGREEMENT]

    if wanted := missing():
        with serve(data, port) as server, chromium() as browser:
            page = browser.new_context(viewport=VIEWPORT, color_scheme="dark").new_page()
            draughtsman = Draughtsman(Reading(page, server.url), outlines.reader)
            for number, name in enumerate(wanted, 1):
                draughtsman.draw(entries[name], outlines.slices[name])
                found = agreement(store, entries[name], outlines, name)
                print(f"{number}/{len(wanted)} {name}: Dice {found:.3f}", flush=True)  # noqa: T201
    left = missing()
    store.close()
    return left


def main() -> None:
    """Bring in, draw, check, and say how many slices are annotated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the slices, with their labels.csv")
    parser.add_argument("outlines", type=Path, help="a file of docs/annotations")
    parser.add_argument("--data", type=Path, help="data folder of the app (CTVIZ_DATA)")
    parser.add_argument("--port", type=int, default=0, help="port of the app (any free one)")
    asked = parser.parse_args()
    outlines = read_outlines(asked.outlines)
    settings = Settings.from_environment()
    if asked.data is not None:
        settings = Settings(asked.data, settings.models, asked.data / "cache", settings.device)
    settings.data.mkdir(parents=True, exist_ok=True)
    entries = bring_in(asked.folder, outlines, settings)
    left = annotate(entries, outlines, settings.data, asked.port or free_port())
    if left:
        raise InvalidInput(f"Not stored as written, try again: {', '.join(left)}.")
    sys.stdout.write(f"{len(entries)} slices annotated by '{outlines.reader}'.\n")


if __name__ == "__main__":
    main()
