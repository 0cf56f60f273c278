"""The facts that Python, the browser and Help share are whole and agree with their sources."""

import json
import re
from dataclasses import astuple
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from ctviz.core import InvalidParameter
from ctviz.core.theme import FACTS, THEME, Theme, Window, channels

PROJECT = Path(__file__).resolve().parents[2]
STANDARDS = ("plasma", "inferno", "viridis", "cividis", "turbo")


def test_the_facts_reach_the_browser_as_json():
    assert Theme.read(json.loads(json.dumps(dict(FACTS)))) == THEME


def test_what_is_chosen_beforehand_is_there():
    assert THEME.opens in THEME.windows
    for sign, maps in THEME.maps.items():
        assert THEME.heatmap.colours(sign) in maps


@pytest.mark.parametrize("name", STANDARDS)
def test_a_scientific_standard_is_what_others_call_by_its_name(name):
    stops = np.array([channels(stop) for stop in THEME.maps["absolute"][name].stops], float)
    at = np.linspace(0, 255, len(stops))
    blend = np.stack([np.interp(np.arange(256), at, one) for one in stops.T], axis=1)
    others = 255 * mpl.colormaps[name](np.arange(256))[:, :3]
    assert np.abs(blend - others).max() < 5


def test_no_key_means_two_things_and_every_window_has_one():
    keys = [key for shortcut in THEME.keys for key in shortcut.keys]
    assert len(set(keys)) == len(keys)
    assert [s.value for s in THEME.keys if s.action == "preset"] == list(THEME.windows)


def test_every_window_says_its_name_in_the_list_of_keys():
    for shortcut in THEME.keys:
        if shortcut.action == "preset":
            assert shortcut.help == f"{THEME.windows[shortcut.value].title.lower()} window"


def test_every_look_has_a_marker_that_can_be_written():
    for family in THEME.looks.values():
        assert {look.marker for look in family} <= set(THEME.glyphs)
    assert len(set("".join(THEME.glyphs.values()))) == 2 * len(THEME.glyphs)


def test_colours_come_again_with_another_marker():
    count = len(THEME.looks["regions"])
    first, again = THEME.look("regions", 0), THEME.look("regions", count)
    assert (first.dark, first.light) == (again.dark, again.light)
    assert first.marker != again.marker


def test_a_family_that_nobody_knows_has_looks():
    assert THEME.look("a family of somebody else's", 0) == THEME.look("other", 0)


def test_colours_are_channels():
    assert channels("#0080ff") == (0, 128, 255)


@pytest.mark.parametrize("width", [0, -400, float("nan")])
def test_a_window_without_width_is_refused(width):
    with pytest.raises(InvalidParameter, match="positive"):
        Window("", width, 40)


def _inks_of(inks):
    return {*inks.shades, *(ink for ink in astuple(inks) if str(ink).startswith("#"))}


def test_nothing_of_the_theme_is_said_a_second_time():
    """No module of either side repeats a colour or a window of the file."""
    inks = {*_inks_of(THEME.dark), *_inks_of(THEME.light)} - {"#ffffff"}
    colours = set(THEME.labels)
    colours |= {c for looks in THEME.looks.values() for one in looks for c in (one.dark, one.light)}
    colours |= {s for maps in THEME.maps.values() for one in maps.values() for s in one.stops}
    triplets = {tuple(map(str, channels(colour))) for colour in colours}
    windows = {(str(window.width), str(window.level)) for window in THEME.windows.values()}
    for path in (PROJECT / "ctviz").rglob("*"):
        if path.suffix in {".py", ".js", ".css"}:
            text = path.read_text("utf-8")
            said = set(re.findall(r"#[0-9a-f]{6}\b", text))
            assert not colours & said, path
            # The board stands on a ground of its own.
            assert not inks & said or path.parent.name == "frontend", path
            assert not triplets & set(re.findall(r"(?<![\d.])(\d+)[, ]+(\d+)[, ]+(\d+)\b", text)), (
                path
            )
            assert not windows & set(re.findall(r"width\W+(\d+)\W+level\W+(-?\d+)", text)), path
