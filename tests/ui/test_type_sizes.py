"""The board is written in three sizes, and so are the pages."""

import re

from ctviz.core.settings import PROJECT

BOARD = (PROJECT / "ctviz/ui/viewer/frontend/style.css").read_text("utf-8")
PAGES = (PROJECT / "ctviz/ui/style.css").read_text("utf-8")
NOTHING = "0"


def test_the_board_is_written_in_three_sizes():
    sizes = {*re.findall(r"(?:font-size|font): ([^;/ ]+)", BOARD)} - {NOTHING, "inherit"}
    assert sizes == {"var(--small)", "var(--plain)", "var(--large)"}
    for size in ("small", "plain", "large"):
        assert len(re.findall(rf"--{size}: \d+px;", BOARD)) == 1


def test_pages_add_two_sizes_to_the_usual_one():
    assert {*re.findall(r"font-size: ([^;]+)", PAGES)} == {"0.85rem", "1.15rem"}
