"""Growing, balls, smoothing and filling: what is offered, drawn, told and stored."""

import itertools
import re

import numpy as np
import pytest
from scipy import ndimage

from ctviz.backend.cases.demo import Demo, DemoPatient
from ctviz.store import Store

SIZE = Demo.size
MIDDLE = Demo.slices // 2

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

readers = itertools.count(1)


@pytest.fixture
def opened(reading):
    """The middle slice of the first case of the demo cohort, with a reader of this test's own."""
    reading.open_first_case()
    reading.introduce(f"drawer {next(readers)}")
    reading.take("b", "brush")
    reading.page.keyboard.press("Home")
    for _ in range(MIDDLE):
        reading.page.keyboard.press("ArrowDown")
    reading.until(f"board.slice === {MIDDLE} && board.sliceShown && board.reader")
    return reading


def phantom_of(server, case_id):
    store = Store(server.data / "ctviz.db")
    number = int(store.case(case_id).title.split()[-1])
    store.close()
    return DemoPatient(number).examine(Demo.slices, SIZE)


def stored(server, reading):
    """Return what the reader has drawn, (S, H, W), as the database has it, and in how many acts."""
    case_id, reader = reading.board("case"), reading.board("reader")
    store = Store(server.data / "ctviz.db")
    drawn = np.zeros((Demo.slices, SIZE, SIZE), bool)
    regions = store.regions(case_id, reader)
    for region in regions:
        drawn[region.slice_index] |= region.mask
    store.close()
    return drawn, {region.drawn for region in regions}


def place_of(reading, row, column):
    """Return where the middle of a pixel is on the screen."""
    return reading.on_screen(column + 0.5, row + 0.5)


def saved(reading):
    reading.until("!board.drawing && board.saving === 'clean'")


def test_what_grows_is_offered_first_and_kept_through_the_series(opened, server):
    page = opened.page
    values = np.rint(phantom_of(server, opened.board("case")).hounsfield)
    rows, columns = np.nonzero(np.abs(values[MIDDLE] - np.median(values[values > 0])) < 5)
    row, column = int(rows[len(rows) // 2]), int(columns[len(rows) // 2])
    value = values[MIDDLE, row, column]
    pieces, _ = ndimage.label(np.abs(values - value) <= 30)
    expected = pieces == pieces[MIDDLE, row, column]

    opened.take("g", "grow")
    page.keyboard.down("Alt")
    page.mouse.click(*place_of(opened, row, column))
    page.keyboard.up("Alt")
    opened.until("board.offered && !board.offered.includes('loaded')")
    assert opened.board("drawnPixels") == 0
    assert stored(server, opened)[0].sum() == 0
    page.get_by_role("button", name="Keep (Enter)").click()
    opened.until("board.offered === ''")
    saved(opened)
    drawn, acts = stored(server, opened)
    np.testing.assert_array_equal(drawn, expected)
    assert len(acts) == 1
    page.keyboard.press("Control+z")
    opened.until("board.drawnSlices.length === 0")
    saved(opened)
    assert stored(server, opened)[0].sum() == 0


def test_escape_gives_up_what_has_grown(opened):
    opened.take("g", "grow")
    opened.page.mouse.click(*place_of(opened, SIZE // 2, SIZE // 2))
    opened.until("board.offered")
    opened.page.keyboard.press("Escape")
    opened.until("board.offered === ''")
    assert opened.board("drawnSlices") == []


def test_a_ball_is_stored_as_one_act_even_if_the_server_is_gone(opened, server):
    page = opened.page
    page.keyboard.press("v")
    for _ in range(20):
        page.keyboard.press("]")
    server.kill()
    opened.stroke([(0.4, 0.4), (0.5, 0.45)])
    opened.until("board.drawnSlices.length > 2 && board.saving !== 'clean'")
    drawn_slices = opened.board("drawnSlices")
    server.start()
    saved(opened)
    drawn, acts = stored(server, opened)
    assert list(np.nonzero(drawn.any(axis=(1, 2)))[0]) == drawn_slices
    assert len(acts) == 1
    assert opened.board("slice") == MIDDLE, "The new server threw the reader off the slice."
    amount = page.get_by_test_id("amount").inner_text()
    phantom = phantom_of(server, opened.board("case"))
    voxel = np.prod(phantom.spacing_mm) * phantom.slice_spacing_mm / 1000
    assert float(amount.split()[0]) == pytest.approx(drawn.sum() * voxel, rel=0.005)
    page.keyboard.press("Control+z")
    opened.until(f"board.drawnSlices.length === 0 && board.slice === {MIDDLE}")


def test_filling_says_and_shows_what_it_did_and_smoothing_too(opened, server):
    page = opened.page
    opened.take("f", "freehand")
    opened.stroke([(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)])
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    opened.until(f"board.slice === {MIDDLE + 3} && board.sliceShown")
    opened.stroke([(0.45, 0.4), (0.6, 0.4), (0.6, 0.55), (0.45, 0.55)])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("m")
    told = page.get_by_test_id("announcement")
    told.filter(has_text=f"on slices {MIDDLE + 2}–{MIDDLE + 3}.").wait_for()
    assert opened.board("filledSlices") == [MIDDLE + 1, MIDDLE + 2]
    assert page.locator(".rail .filled").count() == 2
    page.get_by_test_id("choice-1").click()
    opened.until(f"board.drawnSlices.length === 2 && board.slice === {MIDDLE + 2}")
    page.keyboard.press("Control+y")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    opened.until(f"board.drawnSlices.length === 4 && board.slice === {MIDDLE}")
    page.keyboard.press("s")
    told.filter(has_text=f"on slice {MIDDLE + 1} by 1.5 mm").wait_for()
    before, after = map(float, re.findall(r"(\d+\.?\d*) cm²", told.inner_text()))
    assert after == pytest.approx(before, rel=0.03)
    saved(opened)
    drawn, _ = stored(server, opened)
    assert list(np.nonzero(drawn.any(axis=(1, 2)))[0]) == [
        MIDDLE,
        MIDDLE + 1,
        MIDDLE + 2,
        MIDDLE + 3,
    ]
