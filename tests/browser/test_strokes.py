import itertools
import time

import pytest

from ctviz.store import Store
from tests.browser.conftest import Reading
from tests.browser.strokes import draw_many, lost, slow_down

STROKES = 20
SLOWER = 4
ARRIVAL_SECONDS = 60

readers = itertools.count(1)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def opened(reading):
    """The first case of the demo cohort, with a reader of this test's own."""
    reading.open_first_case()
    reading.introduce(f"reader {next(readers)}")
    reading.until("board.sliceShown && !board.drawing")
    # Keys go to the board as soon as the mouse comes to it and the dialog is gone.
    reading.page.mouse.move(1, 1)
    reading.editor.hover()
    return reading


def reader_of(reading):
    return reading.page.evaluate("() => ctvizBoard.reader")


def test_every_stroke_is_in_the_database_on_the_slice_where_it_was_drawn(opened, server):
    slow_down(opened, SLOWER)
    strokes = draw_many(opened, STROKES)
    assert len({stroke.slice_index for stroke in strokes}) > 1
    case_id = opened.board("case")
    assert lost(server.data, case_id, reader_of(opened), strokes) == {}


DISTURBANCES = {
    "lost capture": "canvas.releasePointerCapture(1)",
    "taken away": "canvas.dispatchEvent(new PointerEvent('pointercancel', {pointerId: 1, bubbles: "
    "true, composed: true}))",
    "window left": "window.dispatchEvent(new Event('blur'))",
    "page hidden": "window.dispatchEvent(new Event('pagehide'))",
}


@pytest.mark.parametrize("disturbance", DISTURBANCES.values(), ids=DISTURBANCES.keys())
def test_a_stroke_that_is_broken_off_ends_as_it_is_drawn(opened, disturbance):
    page = opened.page
    opened.take("f", "freehand")
    box = opened.editor.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = opened.board("drawnPixels")
    page.mouse.move(*middle)
    page.mouse.down()
    for right, down in ((40, 0), (40, 40), (0, 40)):
        page.mouse.move(middle[0] + right, middle[1] + down)
    opened.until("board.drawing && board.saving === 'saving'")
    opened.editor.evaluate(f"canvas => {{ {disturbance} }}")
    # A browser tells of a capture that was lost with the next move of the pointer only.
    page.mouse.move(middle[0] + 1, middle[1] + 40)
    opened.until(f"!board.drawing && board.drawnPixels > {before}")
    drawn = opened.board("drawnPixels")
    page.mouse.move(middle[0] + 90, middle[1] + 90)
    page.mouse.up()
    assert opened.board("drawnPixels") == drawn
    opened.until("board.saving === 'clean'")
    page.reload()
    opened.until(f"window.ctvizBoard && board.drawnPixels === {drawn}")


def test_two_tabs_of_one_reader_lose_nothing_and_are_told(opened, browser):
    page = opened.page
    other = Reading(page.context.new_page(), opened.url)
    other.page.goto(page.url)
    for reading in (opened, other):
        reading.until("board.sliceShown && board.reader")
        reading.take("b", "brush")
        reading.page.keyboard.press("Home")
        reading.until("board.slice === 0 && board.tool === 'brush'")
    # What comes from elsewhere waits for the end of a stroke, so the two surely meet.
    box = other.editor.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    other.page.mouse.move(*middle)
    other.page.mouse.down()
    other.page.mouse.move(middle[0] + 30, middle[1], steps=4)
    other.until("board.drawing && board.drawnPixels > 0")
    opened.stroke([(0.2, 0.2), (0.25, 0.2)])
    pixels = [reading.board("drawnPixels") for reading in (opened, other)]
    assert min(pixels) > 0
    opened.until("board.saving === 'clean'")
    other.page.mouse.up()
    other.until("!board.drawing && board.saving === 'clean'")
    told = other.page.get_by_test_id("saved").filter(has_text="drew elsewhere on slice 1")
    told.wait_for()
    page.reload()
    opened.until(f"window.ctvizBoard && board.drawnPixels === {sum(pixels)}")


def regions_in_time(data, case_id, reader):
    """Return a reader's Regions as soon as there are any, or none after a long while."""
    store = Store(data / "ctviz.db")
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while not (regions := store.regions(case_id, reader)) and time.monotonic() < deadline:
        time.sleep(0.2)
    store.close()
    return regions


def test_a_stroke_just_before_the_page_is_left_is_in_the_database(opened, server):
    """Without any board being opened again: whatever page comes takes it in."""
    opened.take("b", "brush")
    opened.stroke([(0.4, 0.4), (0.5, 0.4)])
    assert opened.board("drawnPixels") > 0
    case_id, reader = opened.board("case"), reader_of(opened)
    opened.page.get_by_role("link", name="Cases").first.click()
    opened.page.get_by_text("8 cases", exact=True).wait_for()
    assert len(regions_in_time(server.data, case_id, reader)) == 1
    assert opened.page.get_by_test_id("editor-canvas").count() == 0
