"""What a reader measures on a phantom is what the phantom is, and outlives page and server."""

import itertools
import math
import re

import numpy as np
import pytest

from ctviz.backend.cases.demo import Demo, DemoPatient
from ctviz.store import Store

SIZE = Demo.size
DRAWN = {
    "ruler": ("l", [(0.3, 0.4), (0.5, 0.55)]),
    "angle": ("a", [(0.4, 0.75), (0.3, 0.75), (0.3, 0.6)]),
    "ellipse": ("o", [(0.45, 0.45), (0.6, 0.55)]),
    "rectangle": ("r", [(0.65, 0.5), (0.75, 0.65)]),
}
"""Key and places of each tool, as shares of the picture."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


readers = itertools.count(1)


@pytest.fixture
def opened(reading):
    """The first case of the demo cohort, with a reader of this test's own."""
    reading.open_first_case()
    reading.introduce(f"measurer {next(readers)}")
    reading.until("board.sliceShown && !board.drawing")
    return reading


def lay(reading, kind):
    """Drag the first two points of a measurement and click the third if it has one."""
    key, places = DRAWN[kind]
    reading.take(key, kind)
    reading.stroke(places[:2])
    for place in places[2:]:
        reading.stroke([place])


def measured(reading):
    """Return the measurements on the slice on show, by kind."""
    return {one["kind"]: one for one in reading.board("measurements")}


def phantom_of(server, case_id):
    store = Store(server.data / "ctviz.db")
    number = int(store.case(case_id).title.split()[-1])
    store.close()
    return DemoPatient(number).examine(Demo.slices, SIZE)


def numbers_in(line):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", line.replace("−", "-"))]


def values_within(image, kind, points):
    """Return the values of the pixels whose centres lie within, by a look at each of the image."""
    (x, y), (other_x, other_y) = points
    a, b = abs(x - other_x) / 2, abs(y - other_y) / 2
    rows, columns = np.indices(image.shape) + 0.5
    right, down = (columns - (x + other_x) / 2) / a, (rows - (y + other_y) / 2) / b
    if kind == "ellipse":
        return image[right**2 + down**2 <= 1]
    edge = 1 + 1e-9
    return image[(abs(right) <= edge) & (abs(down) <= edge)]


def assert_lines(one, image, pixel_mm):
    points = [(point["x"], point["y"]) for point in one["points"]]
    if one["kind"] == "ruler":
        (length,) = numbers_in(one["lines"][0])
        assert length == pytest.approx(math.dist(*points) * pixel_mm, abs=0.051)
    elif one["kind"] == "angle":
        assert numbers_in(one["lines"][0])[0] == pytest.approx(90, abs=1)
    else:
        values = np.rint(values_within(image, one["kind"], points))
        mean, deviation = numbers_in(one["lines"][0])
        assert mean == pytest.approx(values.mean(), abs=0.051)
        assert deviation == pytest.approx(values.std(), abs=0.051)
        assert numbers_in(one["lines"][1]) == [values.min(), values.max()]
        (width, height) = np.abs(np.subtract(*points)) * pixel_mm
        area = width * height * (math.pi / 4 if one["kind"] == "ellipse" else 1)
        assert numbers_in(one["lines"][2].split(" mm²")[0])[0] == pytest.approx(area, abs=0.51)


def test_each_kind_measures_the_phantom_and_survives_reload_and_a_killed_server(opened, server):
    for kind in ("ruler", "angle", "ellipse"):
        lay(opened, kind)
    opened.until("board.saving === 'clean'")
    server.kill()
    lay(opened, "rectangle")
    opened.until("board.measurements.length === 4 && board.saving !== 'clean'")
    server.start()
    opened.until("board.saving === 'clean'")
    before = measured(opened)
    opened.page.reload()
    opened.until("board.sliceShown && board.measurements.length === 4")
    opened.until("board.measurements.every(one => one.lines.length)")
    assert measured(opened) == before
    phantom = phantom_of(server, opened.board("case"))
    image, pixel_mm = phantom.hounsfield[opened.board("slice")], phantom.spacing_mm[0]
    for kind, (_, places) in DRAWN.items():
        for point, place in zip(before[kind]["points"], places, strict=True):
            assert (point["x"], point["y"]) == pytest.approx(opened.in_slice(*place), abs=1)
        assert_lines(before[kind], image, pixel_mm)


def test_a_measurement_is_moved_removed_and_brought_back(opened):
    lay(opened, "ruler")
    opened.take("w", "window")
    window = opened.board("window")
    (start, end) = DRAWN["ruler"][1]
    opened.stroke([end, (0.6, 0.3)])
    moved = measured(opened)["ruler"]["points"]
    assert tuple(moved[1].values()) == pytest.approx(opened.in_slice(0.6, 0.3), abs=1)
    assert tuple(moved[0].values()) == pytest.approx(opened.in_slice(*start), abs=1)
    assert opened.board("window") == window
    opened.page.keyboard.press("Delete")
    opened.until("board.measurements.length === 0")
    opened.page.keyboard.press("Control+z")
    opened.until("board.measurements.length === 1")
    assert measured(opened)["ruler"]["points"] == moved
    opened.page.keyboard.press("Delete")
    opened.until("board.measurements.length === 0 && board.saving === 'clean'")
    opened.page.reload()
    opened.until("board.sliceShown && board.reader")
    assert opened.board("measurements") == []


def test_measurements_are_no_business_of_other_slices_and_can_be_hidden(opened):
    lay(opened, "rectangle")
    opened.page.keyboard.press("ArrowDown")
    opened.until("board.measurements.length === 0")
    opened.page.keyboard.press("ArrowUp")
    opened.until("board.measurements.length === 1 && board.selected")
    opened.page.keyboard.press("d")
    opened.until("board.selected === null")


def test_the_corner_says_where_in_the_patient_the_slice_lies(opened, server):
    def place():
        opened.until("board.sliceShown")
        corner = opened.page.get_by_test_id("slice-text").filter(has_text=" mm")
        return numbers_in(corner.inner_text().splitlines()[1])[0]

    phantom = phantom_of(server, opened.board("case"))
    opened.page.keyboard.press("Home")
    opened.until("board.slice === 0 && board.sliceShown")
    first = place()
    opened.page.keyboard.press("End")
    opened.until(f"board.slice === {Demo.slices - 1} && board.sliceShown")
    length = (Demo.slices - 1) * phantom.slice_spacing_mm
    assert abs(place() - first) == pytest.approx(length, abs=0.11)
