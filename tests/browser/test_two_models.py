"""A reader compares two models on one slice: their maps, where they differ, and back to one."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NAMES = ["gradient", "gradient@second", "gradient@difference"]


def test_a_link_opens_both_and_a_cross_takes_the_second_away(reading):
    page = reading.page
    reading.open_first_case()
    case = reading.board("case")
    models = "model=contrast-small&second=contrast-shortcut"
    page.goto(f"{reading.url}/compare?case={case}&{models}&estimators=gradient&metrics=fidelity")
    reading.introduce("two-models")
    reading.until(
        "board.panes.length === 3 && board.panes.every((p) => p.shown === 'map')", 180_000
    )
    assert [pane["id"] for pane in reading.board("panes")] == NAMES
    expect(page.get_by_test_id("answer")).to_contain_text("A Contrast agent, small network:")
    expect(page.get_by_test_id("answer-second")).to_contain_text("B Contrast agent, read from a")
    expect(page.get_by_test_id("pane-bar-gradient@difference")).to_contain_text("B higher")
    # In one row, each as wide as the others.
    boxes = [page.get_by_test_id(f"pane-{name}").bounding_box() for name in NAMES]
    assert len({round(box["y"]) for box in boxes}) == 1
    assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
    assert boxes[2]["x"] + boxes[2]["width"] <= page.viewport_size["width"]
    # Under the pointer stands how far both are apart, in shares of full colour.
    page.get_by_test_id("pane-canvas-gradient@difference").hover()
    value = page.get_by_test_id("pane-value-gradient@difference")
    expect(value).not_to_be_empty()
    assert -1 <= float(value.inner_text().replace("−", "-")) <= 1
    apart = page.get_by_test_id("score-gradient@difference-fidelity").locator("dd").first
    expect(apart).not_to_have_text("…")
    page.get_by_test_id("pane-remove-gradient@second").click()
    reading.until("board.panes.length === 1")
    expect(page.get_by_test_id("answer-second")).to_be_hidden()
    page.wait_for_url(lambda url: "second=" not in url)
