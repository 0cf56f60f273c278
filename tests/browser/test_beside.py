"""A second case beside the first follows it, goes alone, and is taken away."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_a_second_case_follows_the_first_until_it_is_unlinked_and_taken_away(reading):
    reading.open_first_case()
    reading.introduce("beside")
    reading.until("board.sliceShown")
    page = reading.page
    page.locator(".st-key-ctviz-drawer button").first.click()
    page.get_by_role("radio", name="Beside").click()
    page.get_by_role("combobox", name="Show beside the case").click()
    page.get_by_role("option").filter(has_text="Phantom").nth(1).click()
    reading.until("board.beside && board.beside.here")
    assert reading.board("beside.case") != reading.board("case")
    page.keyboard.press("Escape")
    before, beside = reading.board("slice"), reading.board("beside.slice")
    page.get_by_test_id("beside-canvas").hover()
    page.mouse.wheel(0, -120)
    reading.until(f"board.slice === {before - 1} && board.beside.slice === {beside - 1}")
    page.get_by_test_id("beside-link").click()
    page.get_by_test_id("beside-canvas").hover()
    page.mouse.wheel(0, 120)
    reading.until(f"board.slice === {before - 1} && board.beside.slice === {beside}")
    page.get_by_test_id("beside-close").click()
    reading.until("board.beside === null")
    page.get_by_test_id("beside").wait_for(state="hidden")
