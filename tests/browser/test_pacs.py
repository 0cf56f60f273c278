"""A reader searches a server, looks at a series and fetches it, with the way there in sight."""

import time

import pytest
from playwright.sync_api import expect

from tests.io.pacs.conftest import scan, web

__all__ = ["scan", "web"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ROW_PIXELS = 35


@pytest.fixture
def searched(reading, server, web):
    """The page of cases after a search of a server that has one study."""
    servers = server.data / "pacs.toml"
    use = '["images", "results"]'
    servers.write_text(f'[servers.main]\ntitle = "Main PACS"\nurl = "{web.url}"\nuse = {use}\n')
    reading.page.goto(reading.url)
    reading.page.get_by_text("From a PACS", exact=True).click()
    reading.page.get_by_role("button", name="Search").click()
    reading.page.get_by_text("1 study. Choose one to see its series.").wait_for()
    yield reading
    servers.unlink()


def choose_first(page, table):
    """Choose the first row of a table, which is drawn on a canvas."""
    place = page.get_by_test_id("stDataFrame").nth(table)
    place.wait_for()
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.click(box["x"] + 14, box["y"] + 1.5 * ROW_PIXELS)


def test_a_series_is_fetched_with_its_progress_where_it_was_asked_for(searched, web):
    page = searched.page
    choose_first(page, 0)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)
    choose_first(page, 1)
    expect(page.get_by_text("The slice in the middle")).to_be_visible()
    web.wrong = lambda _: time.sleep(0.5)
    page.get_by_role("button", name="Fetch the series").click()
    panel = page.get_by_test_id("stExpander").filter(has_text="From a PACS")
    expect(panel.get_by_role("button", name="Cancel")).to_be_in_viewport()
    told = panel.get_by_text("1 new case")
    told.wait_for()
    expect(told).to_be_in_viewport()


def test_nothing_of_the_bar_is_cut_off_beside_a_way_to_a_server(searched):
    page = searched.page
    searched.open_first_case()
    searched.introduce("sender")
    bar = page.locator(".st-key-ctviz-dock-bar")
    bar.get_by_role("button", name="Results, DICOM").wait_for()
    bar.get_by_role("button", name="What if?").click()
    # An open panel's button is wider. Streamlit has each button with a hint twice, one for fingers.
    pressed = bar.get_by_test_id("stBaseButton-primary").filter(has_text="What if?", visible=True)
    expect(pressed).to_have_count(1)
    assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
