"""A class rather than another is chosen on Compare, and another's map smoothed in a study."""

import re

import pytest
from playwright.sync_api import expect

from ctviz.models import ModelCard, new_classifier, save_model

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CLASSES = ("nodule", "effusion", "mass")


@pytest.fixture
def several(server):
    """Put a network of three findings on the server's shelf."""
    card = ModelCard(
        id="three",
        title="Three findings",
        task="Which?",
        classes=CLASSES,
        architecture="resnet18",
        arguments={"width": 8},
        neurons=3,
        multi_label=True,
        size=(32, 32),
        window=(50.0, 400.0),
    )
    if not (server.models / card.id).exists():
        save_model(server.models / card.id, new_classifier(card))


def test_a_contrast_is_chosen_and_what_knows_no_class_is_named(several, reading):
    page = reading.page
    reading.open_first_case()
    case = reading.board("case")
    page.goto(f"{reading.url}/compare?case={case}&model=three&estimators=gradient,edges&target=2")
    reading.introduce("contrasts")
    page.get_by_role("combobox", name="Rather than", exact=True).click(timeout=120_000)
    page.get_by_role("option", name="rather than: nodule").click()
    page.wait_for_url(re.compile("rather_than=0"), timeout=60_000)
    said = page.get_by_text("The map of Edges is the same for every class").last
    expect(said).to_be_visible(timeout=120_000)
    reading.until("board.panes.every((p) => p.shown === 'map')", 180_000)


def test_a_study_asks_which_finding_and_takes_a_map_around_another(several, reading):
    page = reading.page
    page.goto(f"{reading.url}/study")
    page.get_by_role("combobox", name="Model", exact=True).click(timeout=120_000)
    page.get_by_role("option", name="Three findings", exact=True).click()
    finding = page.get_by_role("combobox", name="Finding", exact=True)
    finding.click(timeout=60_000)
    page.get_by_role("option", name="mass", exact=True).click()
    expect(finding).to_have_value("mass", timeout=60_000)
    before = page.get_by_text(re.compile(r": \d+ estimators, controls included")).inner_text()
    number = int(re.search(r"(\d+) estimators", before)[1])
    page.get_by_role("button", name="Add", exact=True).click()
    more = page.get_by_text(f"{number + 1} estimators, controls included")
    expect(more).to_be_visible(timeout=60_000)
