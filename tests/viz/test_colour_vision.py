"""Colours are told apart with the common colour-vision deficiencies.

Simulated by the matrices of Machado et al. 2009, doi:10.1109/TVCG.2009.113 (severity 1.0, on linear
RGB); distances are CIELAB's, where about 2 is just noticeable.
"""

from itertools import combinations, groupby
from operator import attrgetter

import numpy as np
import pytest
from skimage.color import rgb2lab

from ctviz.core.theme import THEME
from ctviz.viz import COLOUR_MAPS, HeatmapLook
from ctviz.viz.images.heatmap import heat_ramp

LOOKS = [look for family in THEME.looks if family != "plain" for look in THEME.looks[family]]
JUST_SEEN, CLEAR = 5.5, 15.0
ESTIMATORS = [look for look in LOOKS if not look.control]
every_scheme = pytest.mark.parametrize("scheme", ["dark", "light"])
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
every_vision = pytest.mark.parametrize("vision", VISION.values(), ids=VISION.keys())


def seen(rgb, vision):
    """CIELAB of colours (N, 3), 0 to 255, as seen with a colour vision."""
    linear = np.where(rgb > 10, ((rgb / 255 + 0.055) / 1.055) ** 2.4, rgb / 255 / 12.92)
    linear = np.clip(linear @ vision.T, 0, 1)
    shown = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return rgb2lab(shown[None])[0]


def channels(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], float)


def distances(looks, scheme, vision):
    """How far the colours of looks are apart, a number for each two looks of different colours."""
    lab = seen(np.array([channels(look.on(scheme)) for look in looks]), vision)
    pairs = combinations(range(len(looks)), 2)
    return [np.linalg.norm(lab[a] - lab[b]) for a, b in pairs if looks[a].dark != looks[b].dark]


@every_scheme
@every_vision
def test_estimators_are_told_apart_by_their_colour_alone(vision, scheme):
    assert min(distances(ESTIMATORS, scheme, vision)) > JUST_SEEN


@every_scheme
def test_estimators_are_told_apart_at_a_glance_by_most(scheme):
    assert min(distances(ESTIMATORS, scheme, VISION["normal"])) > CLEAR


@every_scheme
@every_vision
@pytest.mark.parametrize("shape", ["marker", "dash"])
def test_those_of_one_shape_are_told_apart_by_their_colour(shape, vision, scheme):
    of_one = groupby(sorted(ESTIMATORS, key=attrgetter(shape)), attrgetter(shape))
    groups = [list(group) for _, group in of_one]
    nearest = [min(distances(group, scheme, vision), default=np.inf) for group in groups]
    assert min(nearest) > {"marker": CLEAR, "dash": JUST_SEEN}[shape]


def test_controls_have_their_own_shapes():
    controls = THEME.looks["control"]
    others = {look.marker for look in ESTIMATORS}
    assert len({look.marker for look in controls} - others) == len(controls)


@every_scheme
@every_vision
def test_lines_stand_out_from_the_ground(vision, scheme):
    colours = [THEME.inks(scheme).ground, *(look.on(scheme) for look in LOOKS)]
    lab = seen(np.array([channels(colour) for colour in colours]), vision)
    assert np.abs(lab[1:, 0] - lab[0, 0]).min() > 35


@every_vision
def test_labels_are_told_apart(vision):
    lab = seen(np.array([channels(colour) for colour in THEME.labels]), vision)
    assert min(np.linalg.norm(a - b) for a, b in combinations(lab, 2)) > 8


@every_vision
@pytest.mark.parametrize("name", [n for n, c in COLOUR_MAPS.items() if c.sign == "signed"])
def test_evidence_for_and_against_are_told_apart(name, vision):
    places = np.array([0.5, 0.75, 0.9]) / 2
    colours = COLOUR_MAPS[name]
    against, in_favour = (
        seen(colours.at(0.5 + side * places).astype(float), vision) for side in (-1, 1)
    )
    assert np.linalg.norm(against - in_favour, axis=1).min() > 20


@every_vision
@pytest.mark.parametrize("name", [n for n, c in COLOUR_MAPS.items() if c.sign == "absolute"])
def test_more_importance_is_lighter_or_the_map_says_that_it_is_not(name, vision):
    colours = COLOUR_MAPS[name]
    lightness = seen(colours.at(np.linspace(0, 1, 16)).astype(float), vision)[:, 0]
    assert (np.diff(lightness) > -0.5).all() == colours.ordered
    assert not colours.ordered or lightness[-1] - lightness[0] > 60


@every_vision
@pytest.mark.parametrize("name", [n for n, c in COLOUR_MAPS.items() if c.ordered])
def test_importance_shows_over_black_air_and_the_more_the_clearer(name, vision):
    """As readers meet a map: with the opacity that goes with the share."""
    ramp = heat_ramp(HeatmapLook(COLOUR_MAPS[name].sign, COLOUR_MAPS[name])).astype(float)
    shown = seen(ramp[:, :3] * ramp[:, 3:] / 255, vision)[:, 0]
    steps = THEME.heatmap.steps
    assert (np.diff(shown[steps::32]) > -0.5).all()
    assert shown[-1] > 40
