import re

import pytest
from playwright.sync_api import expect

PLAN = """
name = "small-truth"
cohort = "phantoms"
model = "contrast-small"
phantoms = 4

[estimators]
gradient = {}
input-x-gradient = {}

[metrics]
auroc = {}
dice = {}
"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_study_of_phantoms_is_started_stopped_resumed_and_looked_at(reading, tmp_path):
    plan = tmp_path / "small.toml"
    plan.write_text(PLAN, encoding="utf-8")
    page = reading.page
    reading.plan(plan, "by 2 metrics")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("study=small-truth-"))
    page.get_by_text("of 4 slices").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("nothing is lost").wait_for()
    page.get_by_role("button", name=re.compile("Go on|Start")).click()
    page.get_by_text("Closest to the truth:").wait_for(timeout=600_000)

    page.locator(".st-key-ctviz-truth-section").get_by_text("One phantom", exact=True).click()
    page.get_by_text("The parts of phantom").wait_for()
    pictures = page.locator(".js-plotly-plot .imagelayer image, .js-plotly-plot .layer-below image")
    expect(pictures).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
