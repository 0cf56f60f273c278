"""The coronal and the sagittal view of a phantom show the phantom, and lead to its slices."""

import math

import numpy as np
import pytest

from ctviz.backend.cases.demo import Demo, DemoPatient
from ctviz.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def phantom(reading, server):
    """The phantom behind the case on the screen, whose planes are shown."""
    reading.open_first_case()
    reading.introduce("crosser")
    reading.until("board.sliceShown")
    reading.editor.hover()
    reading.page.keyboard.press("y")
    reading.until(f"board.planes.shown && board.planes.row.here === {Demo.slices}")
    store = Store(server.data / "ctviz.db")
    number = int(store.case(reading.board("case")).title.split()[-1])
    store.close()
    return DemoPatient(number).examine(Demo.slices, Demo.size)


def point(reading, plane, x, y):
    """Move the mouse over a plane, to a point given as shares of its picture."""
    box = reading.page.get_by_test_id(f"plane-canvas-{plane}").bounding_box()
    place = (box["x"] + x * box["width"], box["y"] + y * box["height"])
    reading.page.mouse.move(*place)
    reading.until(f"board.planes.{plane}.cursor")
    return place


def between_slices(reading, volume, plane):
    """Return the phantom's value under the mouse, interpolated between two slices."""
    seen = reading.board(f"planes.{plane}")
    column, row = math.floor(seen["cursor"]["x"]), math.floor(seen["cursor"]["y"])
    lines = volume[:, seen["at"], column] if plane == "row" else volume[:, column, seen["at"]]
    # The picture begins half a slice before the middle of the first.
    depth = (row + 0.5) / seen["grid"]["rows"] * len(volume) - 0.5
    return np.interp(depth, np.arange(len(volume)), np.rint(lines))


def test_planes_show_the_phantom_and_a_click_goes_to_the_slice(reading, phantom):
    volume = np.rint(phantom.hounsfield)
    for plane, other in (("row", "column"), ("column", "row")):
        for x, y in ((0.5, 0.3), (0.44, 0.55), (0.6, 0.7)):
            place = point(reading, plane, x, y)
            reading.until(f"board.planes.{plane}.value !== null")
            expected = between_slices(reading, volume, plane)
            assert reading.board(f"planes.{plane}.value") == pytest.approx(expected, abs=0.51)
            reading.page.mouse.click(*place)
            seen = reading.board(f"planes.{plane}")
            share = seen["cursor"]["y"] / seen["grid"]["rows"]
            assert reading.board("slice") == math.floor(share * Demo.slices)
            assert reading.board(f"planes.{other}.at") == math.floor(seen["cursor"]["x"])


def test_the_wheel_turns_planes_quickly_and_leaves_the_slice(reading, phantom):
    before, slice_index = reading.board("planes.row.at"), reading.board("slice")
    point(reading, "row", 0.5, 0.5)
    for _ in range(5):
        reading.page.mouse.wheel(0, 120)
    step = max(1, round(2 / phantom.spacing_mm[0]))
    reading.until(f"board.planes.row.at === {before + 5 * step}")
    assert reading.board("slice") == slice_index
    assert reading.board("planes.row.took") < 50


def test_planes_cross_where_the_reader_points_and_show_what_is_drawn_there(reading, phantom):
    reading.take("b", "brush")
    reading.stroke([(0.45, 0.5), (0.55, 0.5)])
    reading.page.keyboard.press("u")
    reading.until("board.drawnPixels > 0")
    column = math.floor(reading.in_slice(0.55, 0.5)[0])
    reading.until(f"board.planes.column.at === {column}")
    reading.until("board.planes.row.drawn.length === 1")
    assert reading.board("planes.row.drawn") == [1]
