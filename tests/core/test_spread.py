"""How far a truth may lie from its estimate."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from ctviz.core.spread import Spread

NAN = float("nan")


def of_people(values, draws=40_000):
    """The spread of the mean of values, from draws."""
    n = len(values)
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), draws) @ values / n
    return Spread.of(drawn, n)


def halls(t, k):
    return t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6


@given(st.floats(-1, 1), st.floats(1.9, 13))
def test_an_interval_reaches_as_far_as_halls_formula_says_and_never_less_than_students(k, student):
    below, above = Spread(np.array(2.0), np.array(k)).reach(student)
    roots = [
        brentq(lambda t, sign=sign: halls(t, k) - sign * student, -1000, 1000) for sign in (1, -1)
    ]
    assert below == pytest.approx(2 * max(student, roots[0]), rel=1e-4)
    assert above == pytest.approx(2 * max(student, -roots[1]), rel=1e-4)


def test_skewed_scores_lengthen_the_side_on_which_they_lie():
    below, above = Spread(np.array(1.0), np.array(0.5)).reach(2.0)
    assert below == 2
    assert above > 2.5
    turned = Spread(np.array(1.0), np.array(-0.5)).reach(2.0)
    assert turned == (above, below)


@pytest.mark.parametrize("people", [3, 6, 20])
def test_the_draws_have_the_error_and_skewness_of_a_mean(people):
    values = np.random.default_rng(people).exponential(size=people)
    found = of_people(values)
    assert found.error == pytest.approx(values.std(ddof=1) / np.sqrt(people), rel=0.02)
    skewness = scipy.stats.skew(values, bias=False) / np.sqrt(people)
    assert found.skewness == pytest.approx(min(skewness, 1), abs=0.05)


@pytest.mark.parametrize("people", [2, 3, 6, 20])
def test_a_mean_has_the_spread_of_ever_more_draws(people):
    values = np.random.default_rng(people).exponential(size=people)
    drawn, told = of_people(values, draws=400_000), Spread.of_mean(values)
    assert told.error == pytest.approx(drawn.error, rel=0.01)
    assert told.skewness == pytest.approx(drawn.skewness, abs=0.02)


@pytest.mark.parametrize("people", [2, 3, 6, 20])
def test_the_error_of_a_mean_is_students_and_its_skewness_the_samples(people):
    values = np.random.default_rng(people).exponential(size=people)
    told = Spread.of_mean(values)
    assert told.error == pytest.approx(scipy.stats.sem(values))
    if people > 2:
        skewness = scipy.stats.skew(values, bias=False) / np.sqrt(people)
        assert told.skewness == pytest.approx(min(skewness, 1))


def test_people_without_a_value_are_left_out_of_a_mean():
    values = np.random.default_rng(0).random((9, 2))
    gaps = np.full((3, 2), NAN)
    with_gaps = np.vstack([values[:4], gaps, values[4:]])
    one, other = Spread.of_mean(values), Spread.of_mean(with_gaps)
    np.testing.assert_allclose(one.error, other.error)
    np.testing.assert_allclose(one.skewness, other.skewness)
    nobody, alone, alike = Spread.of_mean(np.array([[NAN, 0.3, 0.7], [NAN, NAN, 0.7]])).error
    assert np.isnan([nobody, alone]).all()
    assert alike == 0


def test_one_of_many_who_is_off_all_others_has_the_largest_skewness():
    for people in (6, 12):
        values = np.zeros(people)
        values[0] = 1
        assert of_people(values).skewness == pytest.approx(1, abs=0.05)


def test_people_who_are_alike_have_no_error_and_one_has_none_that_is_known():
    drawn = np.array([[0.3, 0.1, NAN], [0.3, 0.2, NAN]])
    found = Spread.of(drawn, np.array([7, 1, 7]))
    assert found.error[0] == 0
    assert np.isnan(found.error[1:]).all()
    np.testing.assert_array_equal(found.skewness[0], 0)


def test_draws_without_a_figure_are_left_out():
    drawn = np.random.default_rng(0).random((50, 2))
    with_gaps = np.vstack([drawn, np.full((3, 2), NAN)])
    one, other = Spread.of(drawn, 9), Spread.of(with_gaps, 9)
    np.testing.assert_allclose(one.error, other.error)
    np.testing.assert_allclose(one.skewness, other.skewness)
