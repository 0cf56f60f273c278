"""Texts and edges can be told from what they stand on (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
import tomllib

import pytest

from ctviz.core.settings import PROJECT
from ctviz.core.theme import THEME
from ctviz.ui.frame import WRITTEN_IN

BOARD = (PROJECT / "ctviz/ui/viewer/frontend/style.css").read_text("utf-8")
PAGES = [PROJECT / "ctviz/ui" / name for name in ("style.css", "cases/uploads/uploader.css")]
TEXT, EDGE = 4.5, 3.0
INKS = [THEME.dark, THEME.light]
every_theme = pytest.mark.parametrize("inks", INKS, ids=[inks.scheme for inks in INKS])


def contrast(one, other):
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour):
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    shares = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(one, other, share):
    pairs = ((int(c[i : i + 2], 16) for c in (one, other)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def variable(name):
    return re.search(rf"--{name}: (#\w+);", BOARD)[1]


def grounds(inks):
    return inks.ground, inks.raised


def test_contrast_is_measured_as_the_standard_does():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@every_theme
def test_pages_can_be_read(inks):
    for ground in grounds(inks):
        for ink in (inks.text, inks.faint, inks.link, inks.warn):
            assert contrast(ink, ground) >= TEXT, (ink, ground)
        # A pressed choice, written in what leads elsewhere, lies under a tenth of the primary.
        assert contrast(inks.link, mixed(inks.primary, ground, 0.1)) >= TEXT
        assert contrast(inks.primary, ground) >= EDGE
    assert contrast("#ffffff", inks.primary) >= TEXT


@every_theme
def test_pages_have_the_inks_of_the_theme(inks):
    config = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text("utf-8"))
    assert config["theme"][inks.scheme] == {
        "primaryColor": inks.primary,
        "linkColor": inks.link,
        "backgroundColor": inks.ground,
        "secondaryBackgroundColor": inks.raised,
        "textColor": inks.text,
        "grayTextColor": inks.faint,
    }


def test_the_system_chooses_between_both_themes():
    config = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text("utf-8"))
    assert not any("olor" in fact or fact == "base" for fact in config["theme"])


@every_theme
def test_every_mark_of_a_chart_stands_out(inks):
    looks = [look for family in THEME.looks.values() for look in family]
    marks = {*(look.on(inks.scheme) for look in looks), inks.shades[-1], inks.opposite}
    for ground in grounds(inks):
        assert min(contrast(mark, ground) for mark in marks) >= EDGE


@every_theme
def test_numbers_can_be_read_in_cells(inks):
    for cell in (inks.right, inks.wrong, inks.shades[0]):
        assert contrast(inks.text, cell) >= TEXT


def test_panes_are_told_apart_on_the_board():
    looks = [look for family in THEME.looks.values() for look in family]
    for ground in ("ground", "panel", "raised"):
        assert min(contrast(look.dark, variable(ground)) for look in looks) >= EDGE


def test_the_board_can_be_read():
    for ground in ("ground", "panel", "raised"):
        for ink in ("text", "quiet", "warn"):
            assert contrast(variable(ink), variable(ground)) >= TEXT, (ink, ground)
        assert contrast(variable("accent"), variable(ground)) >= EDGE


@pytest.mark.parametrize("ink", sorted(set(re.findall(r"(?<!-)color: (#\w+)", BOARD))))
def test_every_colour_of_a_text_of_the_board_can_be_read(ink):
    on_pressed = ink in {"#fff"}
    assert contrast(ink, "#1d4f80" if on_pressed else variable("panel")) >= TEXT


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_know_no_colour_but_those_of_the_theme(path):
    style = path.read_text("utf-8")
    assert not re.findall(r"#[0-9a-f]{3,8}\b", style)
    asked = set(re.findall(r"var\(--(?!st-|bar|board|dock)([\w-]+)\)", style))
    assert asked <= set(WRITTEN_IN)
