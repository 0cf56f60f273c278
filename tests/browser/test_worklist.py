"""True classes from a table that is dropped, and cases chosen by a click on a chart."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TABLE = (
    b"title,truth\nPhantom 1,without contrast\nPhantom 3,with contrast\nlung_7.nii,with contrast\n"
)
ANSWER = re.compile(r"^with(out)? contrast 0\.")
WRONG = "truth without contrast, answer with contrast"


def middle_of(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_dropped_table_shows_a_wrong_answer_that_a_click_lists(reading):
    page = reading.page
    page.goto(reading.url)
    page.get_by_text("8 cases", exact=True).wait_for(timeout=180_000)
    expect(page.get_by_text(ANSWER)).to_have_count(8, timeout=180_000)
    page.get_by_text("Add cases").click()
    table = {"name": "labels.csv", "mimeType": "text/csv", "buffer": TABLE}
    page.locator("input[type=file]").first.set_input_files(table)
    expect(page.get_by_text("1 row names no case")).to_contain_text("'lung_7.nii'")
    page.get_by_role("button", name="Keep (1)").click()
    page.get_by_text("1 case got its class.").wait_for()
    page.get_by_text("Add cases").click()
    page.get_by_role("button", name="Answers").click()
    cells = page.locator(".st-key-ctviz-answers .js-plotly-plot").nth(1)
    expect(cells).to_contain_text("1 wrong")
    page.mouse.click(*middle_of(cells.locator(".point path").nth(1)))
    chip = page.get_by_role("button", name=WRONG)
    chip.wait_for()
    page.keyboard.press("Escape")
    opens = page.locator("[class*=st-key-ctviz-open]")
    expect(opens).to_have_count(1)
    expect(page.get_by_text(re.compile("^truth: without contrast"))).to_be_visible()
    chip.click()
    expect(opens).to_have_count(8)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile("truth: "))).to_have_count(0)
