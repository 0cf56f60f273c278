"""A group's own network is dropped, described while its answers are seen, and read on Compare."""

import re

import pytest
from playwright.sync_api import expect

from ctviz.models import load_model
from tests.browser.conftest import PROJECT
from tests.models.onnx.foreign_networks import exported

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def file(tmp_path):
    """Write a network that is right about contrast agent, as another group would send it."""
    network = load_model(PROJECT / "models" / "contrast-small").network.body
    path = tmp_path / "our net.onnx"
    path.write_bytes(exported(network, size=192))
    return path


def test_a_network_is_added_read_and_removed(reading, file):
    page = reading.page

    def fill(label, text):
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Enter")

    # The demo cohort has to be there, for its classes are known.
    reading.open_first_case()
    reading.introduce("AB")
    page.goto(f"{reading.url}/models")
    page.get_by_text("Add your own model").click()
    page.locator("input[type=file]").first.set_input_files(file)
    fill("A negative answer means", "with contrast")
    fill("A positive answer means", "without contrast")
    fill("Centre, HU", "150")
    fill("Width, HU", "600")
    expect(page.get_by_text("wrong order")).to_be_visible()
    page.get_by_role("button", name="Swap both classes").click()
    expect(page.get_by_text(re.compile(r"AUC of with contrast: 1\.00"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Add this model").click()
    page.get_by_role("link", name="Read it on Compare").click()
    reading.editor.wait_for()
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value("our net")
    reading.until("board.panes.some(p => p.shown === 'map')", 180_000)

    page.goto(f"{reading.url}/models")
    page.get_by_role("button", name="Move to bin").click()
    page.get_by_text("Bin (1)").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()


def test_a_pickle_is_refused_in_a_sentence(reading, tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(b"\x80\x04\x95 not a network")
    page = reading.page
    page.goto(f"{reading.url}/models")
    page.get_by_text("Add your own model").click()
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="Close").click()
    page.get_by_text("Add your own model").wait_for()
