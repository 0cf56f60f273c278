"""A class rather than another is chosen on Compare, and another's map smoothed in a study."""

import re

import pytest
from playwright.sync_api import expect

from ctviz.models import new_classifier, save_model
from tests.backend.small_model import FINDINGS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def several(server):
    """Put a network of three findings on the server's shelf."""
    if not (server.models / FINDINGS.id).exists():
        save_model(server.models / FINDINGS.id, new_classifier(FINDINGS))


def test_a_contrast_is_chosen_and_what_knows_no_class_is_named(several, reading):
    page = reading.page
    reading.open_first_case()
    case = reading.board("case")
    page.goto(
        f"{reading.url}/compare?case={case}&model=findings&estimators=gradient,edges&target=2"
    )
    reading.introduce("contrasts")
    page.get_by_role("combobox", name="Rather than", exact=True).click()
    page.get_by_role("option", name="rather than: nodule").click()
    page.wait_for_url(re.compile("rather_than=0"))
    said = page.get_by_text("The map of Edges is the same for every class").last
    expect(said).to_be_visible()
    reading.until("board.panes.every((p) => p.shown === 'map')", 180_000)


def test_a_study_asks_which_finding_and_takes_a_map_around_another(several, reading):
    page = reading.page
    page.goto(f"{reading.url}/study")
    page.get_by_role("combobox", name="Model", exact=True).click()
    page.get_by_role("option", name="Three findings", exact=True).click()
    finding = page.get_by_role("combobox", name="Finding", exact=True)
    finding.click()
    page.get_by_role("option", name="mass", exact=True).click()
    expect(finding).to_have_value("mass")
    before = page.get_by_text(re.compile(r": \d+ estimators, controls included")).inner_text()
    number = int(re.search(r"(\d+) estimators", before)[1])
    page.get_by_role("button", name="Add", exact=True).click()
    more = page.get_by_text(f"{number + 1} estimators, controls included")
    expect(more).to_be_visible()
