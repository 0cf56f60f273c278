"""Texts and edges can be told from what they stand on (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
import tomllib

import pytest

from ctviz.core.settings import PROJECT

STYLE = (PROJECT / "ctviz/ui/viewer/frontend/style.css").read_text("utf-8")
PAGES = (PROJECT / "ctviz/ui/style.css").read_text("utf-8")
THEME = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text("utf-8"))["theme"]
TEXT, EDGE = 4.5, 3.0


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
    return re.search(rf"--{name}: (#\w+);", STYLE)[1]


def test_contrast_is_measured_as_the_standard_does():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_pages_can_be_read(ground):
    assert contrast(THEME["textColor"], THEME[ground]) >= TEXT
    assert contrast(THEME["linkColor"], THEME[ground]) >= TEXT
    assert contrast(THEME["primaryColor"], THEME[ground]) >= EDGE
    assert contrast("#ffffff", THEME["primaryColor"]) >= TEXT


def test_the_board_can_be_read():
    for ground in ("ground", "panel", "raised"):
        for ink in ("text", "quiet", "warn"):
            assert contrast(variable(ink), variable(ground)) >= TEXT, (ink, ground)
        assert contrast(variable("accent"), variable(ground)) >= EDGE


@pytest.mark.parametrize("ink", sorted(set(re.findall(r"(?<!-)color: (#\w+)", STYLE))))
def test_every_colour_of_a_text_of_the_board_can_be_read(ink):
    on_pressed = ink in {"#fff"}
    assert contrast(ink, "#1d4f80" if on_pressed else variable("panel")) >= TEXT


@pytest.mark.parametrize("ink", sorted(set(re.findall(r"(?<!-)color: (#\w+)", PAGES))))
def test_every_colour_of_a_text_of_the_pages_can_be_read(ink):
    # A pressed choice lies under a tenth of the primary colour.
    for ground in (THEME["backgroundColor"], THEME["secondaryBackgroundColor"]):
        assert contrast(ink, mixed(THEME["primaryColor"], ground, 0.1)) >= TEXT
