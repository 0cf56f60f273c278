"""A tablet: two fingers zoom and pan, one scrolls the slices or draws with the tool at hand."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


class Fingers:
    """Fingers on the large picture, at places given as shares of it."""

    def __init__(self, reading):
        self.reading = reading
        self.devtools = reading.page.context.new_cdp_session(reading.page)
        self.devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def _send(self, kind, places):
        box = self.reading.editor.bounding_box()
        points = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": number}
            for number, (x, y) in enumerate(places)
        ]
        self.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, *ways):
        """Put a finger down at the beginning of each way, one after the other, and go all ways."""
        starts = [way[0] for way in ways]
        for count in range(1, len(starts) + 1):
            self._send("touchStart", starts[:count])
        for step in range(1, 7):
            shares = [
                tuple(a + (b - a) * step / 6 for a, b in zip(*way, strict=True)) for way in ways
            ]
            self._send("touchMove", shares)
        self._send("touchEnd", [])


@pytest.fixture
def fingers(reading):
    reading.open_first_case()
    reading.introduce("finger")
    reading.until("board.sliceShown")
    return Fingers(reading)


def test_two_fingers_zoom_and_one_scrolls_or_draws(reading, fingers):
    before = reading.board("slice")
    fingers.drag(((0.4, 0.5), (0.3, 0.5)), ((0.6, 0.5), (0.7, 0.5)))
    reading.until("Math.abs(board.zoom - 2) < 0.02")
    assert reading.board("slice") == before
    box = reading.editor.bounding_box()
    fingers.drag(((0.5, 0.5), (0.5, 0.5 + 37 / box["height"])))
    reading.until(f"board.slice === {before + 3}")
    window = reading.board("window")
    reading.take("b", "brush")
    fingers.drag(((0.45, 0.5), (0.55, 0.5)))
    reading.until("board.drawnPixels > 0 && !board.drawing")
    drawn = reading.board("drawnPixels")
    fingers.drag(((0.3, 0.3), (0.4, 0.3)), ((0.7, 0.3), (0.6, 0.3)))
    reading.until("Math.abs(board.zoom - 1) < 0.02")
    assert reading.board("drawnPixels") == drawn
    assert reading.board("window") == window
    assert not reading.board("drawing")
