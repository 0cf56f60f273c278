"""The spread of a map: intervals by Student's closed form."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from ctviz.core import InvalidInput
from ctviz.uncertainty import spread_of, unit_of

SHAPE = (20, 16)
ALL = np.ones(SHAPE, bool)
MAPS = np.random.default_rng(0).normal(size=(6, *SHAPE)).astype(np.float32)


def in_one_unit(maps):
    return [values / unit_of(values, ALL) for values in maps]


def test_the_interval_is_students_of_the_maps_in_their_own_units():
    spread = spread_of(MAPS, ALL)
    scaled = np.stack(in_one_unit(MAPS)) * unit_of(MAPS[0], ALL)
    expected = ttest_1samp(scaled, 0.0, axis=0).confidence_interval(0.95)
    np.testing.assert_allclose(spread.mean, scaled.mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(spread.low, expected.low, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(spread.high, expected.high, rtol=1e-3, atol=1e-5)
    assert spread.maps == 6


def test_two_maps_have_the_interval_of_one_degree_of_freedom():
    first, second = MAPS[:2] / np.array([[[unit_of(m, ALL)]] for m in MAPS[:2]], np.float32)
    spread = spread_of([first, second], ALL)
    # Of two numbers the standard error is half their distance; t of one degree is 12.706.
    np.testing.assert_allclose(spread.half_width, 12.7062 * abs(first - second) / 2, rtol=1e-3)


def test_maps_that_say_the_same_in_other_units_have_no_spread():
    spread = spread_of([MAPS[0], 1000 * MAPS[0], 0.001 * MAPS[0]], ALL)
    np.testing.assert_allclose(spread.mean, MAPS[0], rtol=1e-5)
    np.testing.assert_allclose(spread.half_width, 0, atol=1e-5)


def test_the_numbers_are_those_of_the_map_that_is_shown():
    own, tenfold = spread_of(MAPS, ALL), spread_of([10 * MAPS[0], *MAPS[1:]], ALL)
    np.testing.assert_allclose(tenfold.high, 10 * own.high, rtol=1e-4, atol=1e-4)


def test_the_interval_holds_the_mean_in_95_of_100_pixels():
    chance, truth = np.random.default_rng(3), np.linspace(-1, 1, 200 * 200).reshape(200, 200)
    shown = np.ones(truth.shape, bool)
    # Eight maps of one unit: noise around one truth, and a peak that is the same in all.
    maps = truth + chance.normal(scale=0.1, size=(8, *truth.shape))
    spread = spread_of(maps.astype(np.float32), shown)
    unit = np.mean([unit_of(maps[0], shown) / unit_of(values, shown) for values in maps])
    held = (spread.low <= truth * unit) & (truth * unit <= spread.high)
    assert held.mean() == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("lost", [np.zeros(SHAPE), np.full(SHAPE, np.nan)], ids=["zero", "NaN"])
def test_a_network_whose_map_says_nothing_counts_as_zero(lost):
    spread = spread_of([MAPS[0], lost.astype(np.float32)], ALL)
    np.testing.assert_allclose(spread.mean, MAPS[0] / 2, rtol=1e-5)


def test_the_unit_is_where_the_slice_shows_anything():
    values, shown = np.zeros(SHAPE, np.float32), np.zeros(SHAPE, bool)
    values[0], shown[0] = -3.0, True
    values[1] = 100.0
    assert unit_of(values, shown) == 3.0
    assert unit_of(values, ~shown) == 100.0
    assert unit_of(np.zeros_like(values), shown) == 1.0


def test_one_map_has_no_interval():
    with pytest.raises(InvalidInput, match="two maps"):
        spread_of(MAPS[:1], ALL)
