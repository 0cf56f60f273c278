"""Python's pictures are those of the browser, pixel by pixel, and Help's keys those of its handler.

The browser's modules run in node.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ctviz.core import FloatMap, Mask, Slice
from ctviz.core.theme import FACTS, THEME, Window
from ctviz.ui.guide import key_table
from ctviz.viz import (
    COLOUR_MAPS,
    WINDOWS,
    HeatmapLook,
    heatmap,
    opening_window,
    overlay,
    robust_limit,
    window_image,
)

FRONTEND = Path(__file__).parent / "frontend"
SHAPE = (61, 83)
Q = np.iinfo(np.int16).max
CLEAR = HeatmapLook("absolute", COLOUR_MAPS["plasma"], opacity=0)


@dataclass(frozen=True, eq=False)
class Asked:
    """A picture that both sides shall render.

    The slice (H, W) has whole Hounsfield units and the map (H, W) is q × scale / 32767, as the
    browser gets them.
    """

    hounsfield: FloatMap
    quantised: NDArray[np.int16]
    scale: float
    window: Window = THEME.opening_window
    look: HeatmapLook = CLEAR
    stronger: Mask | None = None

    @property
    def values(self):
        return (self.quantised * (self.scale / Q)).astype(np.float32)

    @property
    def limit(self):
        return robust_limit(self.values)

    def by_python(self):
        grey = window_image(self.hounsfield, self.window.width, self.window.level)
        return overlay(grey, heatmap(self.values, self.look, stronger=self.stronger))

    def to_json(self):
        look = self.look
        colours = next(name for name, one in COLOUR_MAPS.items() if one is look.colours)
        return {
            "slice": self.hounsfield.astype(int).ravel().tolist(),
            "window": {"width": self.window.width, "level": self.window.level},
            "map": self.quantised.ravel().tolist(),
            "scale": self.scale,
            "limit": self.limit,
            "stronger": None if self.stronger is None else (Q * self.stronger).ravel().tolist(),
            "look": {
                "signed": look.sign == "signed",
                "colours": colours,
                "opacity": look.opacity,
                "threshold": look.threshold,
            },
        }


@pytest.fixture(scope="module")
def node():
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed, so the browser is not compared with Python")
    return found


def in_browser(node, asked):
    """What the browser's modules show: (N, H, W, 3)."""
    told = {"theme": dict(FACTS), "pictures": [one.to_json() for one in asked]}
    run = subprocess.run(
        [node, str(FRONTEND / "render.mjs")],
        input=json.dumps(told).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr.decode()
    return np.frombuffer(run.stdout, np.uint8).reshape(len(asked), *SHAPE, 3)


@pytest.fixture(scope="module")
def asked():
    """Every kind of tissue under a map with hot, cold and empty places."""
    noise = np.random.default_rng(1).normal(0, 1, SHAPE)
    hounsfield = np.rint(-1000 + np.cumsum(np.abs(noise), axis=1) * 40).astype(np.float32)
    rough = gaussian_filter(np.random.default_rng(2).normal(0, 1, SHAPE), 4)
    rough[10:14, 20:24] *= 8
    rough[40:, :9] = 0
    scale = float(np.abs(rough).max())
    return Asked(hounsfield, np.rint(rough / scale * Q).astype(np.int16), scale)


@pytest.mark.parametrize("name", COLOUR_MAPS.keys())
def test_a_heatmap_over_a_slice_has_the_same_pixels(node, asked, name):
    colours = COLOUR_MAPS[name]
    settings = [(THEME.heatmap.opacity, THEME.heatmap.threshold), (1.0, 0.0), (0.37, 0.52)]
    pictures = [
        replace(asked, look=HeatmapLook(colours.sign, colours, *chosen)) for chosen in settings
    ]
    for picture, seen in zip(pictures, in_browser(node, pictures), strict=True):
        np.testing.assert_array_equal(picture.by_python(), seen)
        assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 100


def test_what_chance_would_show_fades_on_both_sides(node, asked):
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    stronger = (rows - 12) ** 2 + (columns - 22) ** 2 < 10**2
    looks = [HeatmapLook.of("signed"), HeatmapLook.of("absolute")]
    pictures = [replace(asked, look=look, stronger=stronger) for look in looks]
    for picture, seen in zip(pictures, in_browser(node, pictures), strict=True):
        np.testing.assert_array_equal(picture.by_python(), seen)
        plain, grey = replace(picture, stronger=None), replace(picture, look=CLEAR)
        np.testing.assert_array_equal(seen[stronger], plain.by_python()[stronger])
        heat, left = (
            np.abs(shown.astype(int) - grey.by_python())[~stronger].sum()
            for shown in (plain.by_python(), seen)
        )
        assert 0 < left < 0.2 * heat


def test_a_slice_has_the_same_greys_in_every_window(node, asked):
    own = opening_window(Slice(asked.hounsfield, calibrated=False))
    narrow = [Window("", 1, 40), Window("", 2, 40), Window("", 33.5, -20.25)]
    pictures = [replace(asked, window=window) for window in [*WINDOWS.values(), own, *narrow]]
    for picture, seen in zip(pictures, in_browser(node, pictures), strict=True):
        np.testing.assert_array_equal(picture.by_python(), seen, str(picture.window))


def test_a_map_without_importance_leaves_the_slice_as_it_is_on_both_sides(node, asked):
    nothing = replace(
        asked, quantised=np.zeros(SHAPE, np.int16), scale=1.0, look=HeatmapLook.of("absolute")
    )
    (seen,) = in_browser(node, [nothing])
    np.testing.assert_array_equal(nothing.by_python(), seen)
    np.testing.assert_array_equal(replace(nothing, look=CLEAR).by_python(), seen)


def test_help_names_each_key_as_the_handler_does(node):
    run = subprocess.run(
        [node, str(FRONTEND / "keys.mjs")], capture_output=True, text=True, check=True, timeout=60
    )
    handled = {found["shown"]: found["help"] for found in json.loads(run.stdout).values()}
    named = dict(re.findall(r"`([^`]+)` \| ([^|]+) \|", key_table()))
    assert named == handled
