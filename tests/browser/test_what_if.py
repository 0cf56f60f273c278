"""The counterfactual brush in a real browser: a stroke changes the answer, a key the picture."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CHANGED = re.compile(r"with(out)? contrast (\d\.\d\d → \d\.\d\d|stays \d\.\d\d) with what is drawn")


def test_what_is_drawn_is_changed_shown_and_kept(reading):
    page = reading.page
    # A name that was given before; the dialog has a test of its own.
    page.context.add_cookies([{"name": "ctviz_reader", "value": "AB", "url": reading.url}])
    reading.open_first_case()
    page.goto(f"{page.url}&estimators=random")
    reading.until("board.sliceShown && board.panes.length === 1")
    reading.until("board.panes[0].shown === 'map'", 180_000)
    panel = page.locator("[class*=st-key-ctviz-what-if-panel]")
    expect(panel).to_have_count(0)
    reading.editor.click(position={"x": 5, "y": 5})
    page.keyboard.press("q")
    expect(panel).to_be_visible()

    reading.take("b", "brush")
    reading.stroke([(0.45, 0.45), (0.55, 0.45), (0.55, 0.55)])
    reading.until("board.pending.length === 0")
    region = panel.get_by_role("combobox", name="What is drawn")
    expect(region).to_have_value("AB")
    panel.get_by_role("combobox", name="What is done to it").click()
    page.get_by_role("option", name="Set the HU", exact=True).click()
    value = panel.get_by_role("spinbutton", name="Value")
    expect(value).to_be_visible()
    value.fill("700")
    value.press("Enter")
    expect(panel.get_by_text(CHANGED).first).to_contain_text("at 700 HU")

    # The edited slice has what was set, and the original has not.
    reading.until("board.edit !== null && board.moment === 'original'")
    box = reading.editor.bounding_box()
    middle = box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.5
    shown = page.get_by_test_id("reading")
    page.mouse.move(*middle)
    expect(shown).not_to_contain_text("HU 700")
    page.keyboard.press("x")
    reading.until("board.moment === 'edited'")
    expect(shown).to_contain_text("HU 700")
    reading.until("board.panes[0].shown === 'map'")
    page.keyboard.press("x")
    reading.until("board.moment === 'difference'")
    page.keyboard.press("x")
    reading.until("board.moment === 'original'")

    # On another slice there is no edit.
    page.keyboard.press("End")
    reading.until("board.slice === 11 && board.edit === null && board.moment === 'original'")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("q")
    expect(panel).to_have_count(0)
