import re

import pytest
from playwright.sync_api import expect

PLAN = """
name = "small"
cohort = "demo"
model = "contrast-small"
slices_per_case = 1

[estimators]
gradient = {}
smoothgrad-squared = { samples = 2 }

[metrics]
fidelity = { step = 0.5 }
auroc = {}
dice = {}
"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def planned(reading, tmp_path):
    """The study page with a small plan in its form."""
    plan = tmp_path / "small.toml"
    plan.write_text(PLAN, encoding="utf-8")
    reading.plan(plan, "by 3 metrics")
    return reading


def section(page, name):
    page.locator(".st-key-ctviz-study-section").get_by_text(name, exact=True).click()


def test_a_study_is_started_stopped_resumed_by_another_reader_and_read(planned):
    page = planned.page
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("Running").wait_for()
    page.wait_for_url(re.compile("study=small-"))

    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_text(re.compile(r"[1-9]\d* of 24 slices")).wait_for(timeout=600_000)
    other.get_by_role("button", name="Cancel").click()
    page.get_by_text("nothing is lost").wait_for()
    page.get_by_role("button", name="Go on").click()
    other.reload()
    other.get_by_text("Do the paper's findings hold").wait_for(timeout=600_000)

    section(page, "Rankings")
    page.get_by_text("Standings by Fidelity").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    section(page, "Disagreement")
    page.locator("[class*=st-key-ctviz-disputed] a").first.click()
    planned.editor.wait_for()
    expect(page).to_have_url(re.compile(r"/compare\?case=C-\w+&slice=\d+&model=contrast-small"))


def test_the_usual_plan_is_ready_and_fits_the_screen(reading):
    page = reading.page
    page.goto(f"{reading.url}/study")
    button = page.get_by_role("button", name="Run the demo study")
    button.wait_for()
    expect(button).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
