import pytest

from ctviz.store import Store
from tests.browser.conftest import Reading
from tests.browser.strokes import draw_many, lost, slow_down

STROKES = 60
SLOWER = 4

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def opened(reading, request):
    """The first case of the demo cohort, with a reader of this test's own."""
    reading.open_first_case()
    reading.introduce(request.node.name[-20:].replace("_", " ").strip())
    reading.until("board.sliceShown && !board.drawing")
    return reading


def reader_of(reading):
    return reading.page.evaluate("() => ctvizBoard.reader")


def test_every_stroke_is_in_the_database_on_the_slice_where_it_was_drawn(opened, server):
    slow_down(opened, SLOWER)
    strokes = draw_many(opened, STROKES)
    assert len({stroke.slice_index for stroke in strokes}) > 1
    case_id = opened.board("case")
    assert lost(server.data, case_id, reader_of(opened), strokes) == []


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
    page.keyboard.press("f")
    box = opened.editor.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = opened.board("drawnPixels")
    page.mouse.move(*middle)
    page.mouse.down()
    for right, down in ((40, 0), (40, 40), (0, 40)):
        page.mouse.move(middle[0] + right, middle[1] + down)
    opened.until("board.drawing && board.saving === 'saving'")
    opened.editor.evaluate(f"canvas => {{ {disturbance} }}")
    opened.until(f"!board.drawing && board.drawnPixels > {before}")
    drawn = opened.board("drawnPixels")
    page.mouse.move(middle[0] + 90, middle[1] + 90)
    page.mouse.up()
    assert opened.board("drawnPixels") == drawn
    opened.until("board.saving === 'clean'")
    page.reload()
    opened.until(f"window.ctvizBoard && board.drawnPixels === {drawn}", 60_000)


def test_two_tabs_of_one_reader_lose_nothing_and_are_told(opened, browser):
    page = opened.page
    other = Reading(page.context.new_page(), opened.url)
    other.page.goto(page.url)
    for reading in (opened, other):
        reading.until("board.sliceShown && board.reader", 60_000)
        reading.page.keyboard.press("b")
        reading.editor.hover()
        reading.page.keyboard.press("b")
        reading.page.keyboard.press("Home")
        reading.until("board.slice === 0 && board.tool === 'brush'")
    opened.stroke([(0.3, 0.3), (0.35, 0.3)])
    other.stroke([(0.6, 0.6), (0.65, 0.6)])
    pixels = [reading.board("drawnPixels") for reading in (opened, other)]
    assert min(pixels) > 0
    for reading in (opened, other):
        reading.until("board.saving === 'clean'", 60_000)
    page.reload()
    opened.until(f"window.ctvizBoard && board.drawnPixels === {sum(pixels)}", 60_000)
    met = [
        reading.page.get_by_text("drew elsewhere on slice 1").count() for reading in (opened, other)
    ]
    assert sum(met) > 0


def test_a_stroke_just_before_the_page_is_left_is_in_the_database(opened, server):
    opened.page.keyboard.press("b")
    opened.stroke([(0.4, 0.4), (0.5, 0.4)])
    case_id, reader = opened.board("case"), reader_of(opened)
    opened.page.get_by_role("link", name="Cases").first.click()
    opened.page.get_by_text("8 cases", exact=True).wait_for(timeout=60_000)
    store = Store(server.data / "ctviz.db")
    regions = store.regions(case_id, reader)
    store.close()
    assert len(regions) == 1
