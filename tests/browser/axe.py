"""What axe-core finds on a page that would keep somebody from using it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")

STREAMLITS_OWN: dict[str, str] = {}
"""What Streamlit makes so and nothing of ours can cure: the selector's part by axe's rule."""


def faults(page: Page) -> list[str]:
    """Return what is grave, each with its rule, the element and the reason."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
        if STREAMLITS_OWN.get(each["id"], "-") not in str(node["target"])
    ]
