"""Pages can be read, named and reached by everybody, on dark and on light ground."""

import re

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from ctviz.core.theme import THEME, channels
from ctviz.estimators.engine.looks import look_of
from tests.browser.axe import faults

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

NAMES = "[...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label'))"


RINGED = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const around = [at, at.parentElement, at.closest("label")].filter(Boolean);
  const boxes = around.map((each) => getComputedStyle(each));
  const ringed = boxes.some((box) => box.outlineStyle === "solid" && box.outlineWidth === "2px");
  return ringed || at === document.body ? "" : at.outerHTML.slice(0, 200);
}"""
"""What has the focus without being seen to have it."""


REACHED = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at.getAttribute("aria-label") ?? at.textContent;
}"""


def rgb(colour):
    return "rgb({}, {}, {})".format(*channels(colour))


@pytest.fixture
def opened(reading):
    reading.open_first_case()
    reading.introduce("AB")
    reading.until("board.panes.length >= 4 && board.panes.every(p => p.state)", 240_000)
    return reading


def turn(page, scheme):
    """Let the system turn dark or light, and wait until the page has."""
    page.emulate_media(color_scheme=scheme)
    # While it runs, what is out of date is pale.
    app = page.locator(".stApp[data-test-script-state=notRunning]")
    app.wait_for()
    expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
    expect(page.locator(".stApp")).to_have_css("color", rgb(THEME.inks(scheme).text))


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("", "8 cases"),
        ("study", "Run the demo study"),
        ("models", "Known failures"),
        ("help", "How to work with ctviz"),
    ],
)
def test_axe_finds_nothing_grave(reading, place, words, scheme):
    page = reading.page
    page.goto(f"{reading.url}/{place}")
    page.get_by_text(words).first.wait_for(timeout=240_000)
    turn(page, scheme)
    assert faults(page) == []
    assert not [name for name in page.evaluate(NAMES) if re.search(r"\*\*|:\w+\[|:material", name)]


def test_axe_finds_nothing_grave_where_maps_are_compared(opened):
    for scheme in ("dark", "light"):
        turn(opened.page, scheme)
        assert faults(opened.page) == []
    opened.page.locator(".st-key-ctviz-drawer button").click()
    opened.page.get_by_role("checkbox", name="Grad-CAM", exact=True).wait_for()
    for scheme in ("light", "dark"):
        turn(opened.page, scheme)
        assert faults(opened.page) == []


def test_an_estimator_has_its_colour_on_its_pane_and_in_the_list(opened):
    look = look_of("gradient")
    pane = opened.page.get_by_test_id("pane-gradient")
    expect(pane).to_have_css("border-top-color", rgb(look.dark))
    expect(pane.locator(".mark")).to_have_text(THEME.glyph(look))
    opened.page.locator(".st-key-ctviz-drawer button").click()
    box = opened.page.get_by_role("checkbox", name="Gradient", exact=True)
    box.wait_for()
    words = opened.page.get_by_test_id("stCheckbox").filter(has=box).locator("p")
    colour = "e => getComputedStyle(e, '::before').color"
    assert words.evaluate(colour) == rgb(look.dark)
    turn(opened.page, "light")
    assert words.evaluate(colour) == rgb(look.light)


def test_charts_are_written_in_the_inks_of_the_page(reading):
    page = reading.page
    title = page.locator(".js-plotly-plot .gtitle").first
    for scheme in ("dark", "light", "dark"):
        page.goto(f"{reading.url}/models")
        turn(page, scheme)
        expect(title).to_have_css("fill", rgb(THEME.inks(scheme).text))


def seen(page):
    """Assert that the focus is seen, at the latest when the page has come to rest."""
    try:
        page.wait_for_function(f"() => ({RINGED})() === ''")
    except PlaywrightTimeout:
        assert page.evaluate(RINGED) == ""


@pytest.mark.parametrize("place", ["", "study"])
def test_the_focus_is_seen_wherever_the_keyboard_takes_it(reading, place):
    page = reading.page
    page.goto(f"{reading.url}/{place}")
    page.get_by_text("Run the demo study" if place else "8 cases").first.wait_for(timeout=240_000)
    for _ in range(25):
        page.keyboard.press("Tab")
        seen(page)


def test_every_part_of_compare_is_reached_by_the_keyboard_and_seen(opened):
    page = opened.page
    reached = set()
    page.get_by_role("link", name="Cases").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen(page)
        reached.add(page.evaluate(REACHED))
    tools = {"Case", "Model", "Explain", "Compare with", "Case viewer", "Brush (b); Ctrl erases"}
    assert tools <= reached
