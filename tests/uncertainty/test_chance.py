"""What is stronger than chance: a null shows nothing, a planted effect is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.stats import false_discovery_control

from ctviz.core import InvalidInput
from ctviz.uncertainty import COPIES, LEVEL, against_chance
from ctviz.uncertainty.chance import _p_values, _strengths, discoveries, least_level

SHAPE = (28, 26)
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]]
SHOWN = (ROWS - 14) ** 2 + (COLUMNS - 13) ** 2 < 12**2
EDGE = np.where(abs(COLUMNS - 7) < 2, 5.0, 1.0)
"""Something that any network sees."""
HEART = (ROWS - 16) ** 2 + (COLUMNS - 17) ** 2 < 4**2


def maps(seed, count=COPIES + 1, smooth=1.0):
    """Return maps of networks that know nothing: smooth noise, stronger at the edge, one unit
    each and some of them peaked more than others, as draws of weights are."""
    chance = np.random.default_rng(seed)
    noise = np.stack([gaussian_filter(n, smooth) for n in chance.normal(size=(count, *SHAPE))])
    peaked = np.exp(chance.normal(size=(count, 1, 1)))
    blob = gaussian_filter(chance.normal(size=(count, *SHAPE)), (0, 5, 5))
    unit = chance.lognormal(size=(count, 1, 1))
    return (unit * (noise + peaked * blob) * EDGE).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_of_20_networks_one_at_most_shows_anything_against_the_others(seed):
    """Whichever of 20 draws is the model: this bounds a null's chance at 1 in 20, exactly."""
    networks = list(maps(seed))
    said = [
        against_chance(own, networks[:place] + networks[place + 1 :], SHOWN).share > 0
        for place, own in enumerate(networks)
    ]
    assert sum(said) <= 1


def test_a_null_shows_anything_in_5_of_100_at_most():
    drawn = map(maps, range(1000, 1200))
    said = [against_chance(own, copies, SHOWN).share > 0 for own, *copies in drawn]
    # Of 200 draws at a chance of 1 in 20, more than 18 come up once in a hundred times.
    assert sum(said) <= 18


def test_a_planted_effect_is_found_and_little_else():
    found = false = 0
    for seed in range(10):
        own, *copies = maps(seed)
        planted = own + 12 * np.abs(own).mean() * HEART
        shown = against_chance(planted.astype(np.float32), copies, SHOWN)
        near = gaussian_filter(HEART.astype(float), 2) > 0.01
        found += (shown.stronger & HEART).sum()
        false += (shown.stronger & ~near).sum()
    assert found > 0.7 * 10 * HEART.sum()
    assert false <= 2 * LEVEL * found


def test_what_every_network_sees_is_no_news():
    own, *copies = maps(5)
    assert against_chance(own, copies, SHOWN).share == 0
    stronger_edge = own * np.where(EDGE > 1, 1.5, 1.0).astype(np.float32)
    found = against_chance(stronger_edge, [c * np.float32(1.5) for c in copies], SHOWN)
    assert found.share == 0


@pytest.mark.parametrize("values", [np.float32(3), np.nan, 0], ids=str)
def test_a_map_that_is_the_same_on_every_network_shows_nothing(values):
    own = np.full(SHAPE, values, np.float32)
    assert against_chance(own, [own] * COPIES, SHOWN).share == 0
    picture = EDGE.astype(np.float32)
    assert against_chance(picture, [picture] * COPIES, SHOWN).share == 0


def test_air_is_never_shown_and_does_not_count():
    own, *copies = maps(1)
    planted = (own + 12 * np.abs(own).mean() * HEART).astype(np.float32)
    result = against_chance(planted, copies, SHOWN)
    assert not result.stronger[~SHOWN].any()
    assert result.share == result.stronger.sum() / SHOWN.sum()


def test_neither_sign_nor_unit_of_any_map_matters():
    own, *copies = maps(1)
    planted = (own + 12 * np.abs(own).mean() * HEART).astype(np.float32)
    plain = against_chance(planted, copies, SHOWN)
    turned = against_chance(-7 * planted, [copies[0] * 100, *(-c for c in copies[1:])], SHOWN)
    assert plain.share > 0
    np.testing.assert_array_equal(turned.stronger, plain.stronger)


def test_the_order_of_the_copies_does_not_matter():
    own, *copies = maps(2)
    planted = (own + 12 * np.abs(own).mean() * HEART).astype(np.float32)
    np.testing.assert_array_equal(
        against_chance(planted, copies, SHOWN).stronger,
        against_chance(planted, copies[::-1], SHOWN).stronger,
    )


def test_too_few_copies_for_the_level_are_refused():
    own, *copies = maps(0)
    with pytest.raises(InvalidInput, match="19 untrained copies"):
        against_chance(own, copies[:18], SHOWN)
    assert against_chance(own, copies[:9], SHOWN, level=0.1).copies == 9


def test_a_strength_is_in_units_of_what_the_others_show_there():
    magnitudes = np.abs(np.random.default_rng(0).normal(size=(4, 12, 12)))
    shown = np.ones((12, 12), bool)
    around = [gaussian_filter(each, 2.0) for each in magnitudes]
    for one, found in enumerate(_strengths(magnitudes, shown)):
        others = np.stack([each for k, each in enumerate(around) if k != one])
        expected = around[one] / np.sqrt((others**2).mean(axis=0))
        np.testing.assert_allclose(found, expected.ravel(), rtol=1e-9)


def test_p_values_count_the_others_that_are_as_large():
    strengths = np.array([[1.0, 2.0, 3.0], [0.5, 1.0, 2.0], [0.1, 3.0, 4.0]])
    for one, own in enumerate(strengths):
        others = np.delete(strengths, one, axis=0).ravel()
        expected = sorted((1 + sum(others >= z)) / (1 + len(others)) for z in own)
        np.testing.assert_allclose(_p_values(own, np.sort(strengths, axis=None)), expected)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.5))
@settings(max_examples=20)
def test_discoveries_are_benjamini_and_hochbergs(seed, level):
    p = np.random.default_rng(seed).random(60) ** 3
    p[:20] = p[20:40]
    p.sort()
    adjusted = false_discovery_control(p, method="bh")
    assert discoveries(p, level) == (adjusted <= level).sum()
    assert least_level(p) == pytest.approx(adjusted.min())
