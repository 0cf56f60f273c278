"""Laws of every metric of the map alone, and their closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.core import InvalidInput
from ctviz.metrics import METRICS, MapMetric
from tests.metrics.arrays import maps_with_regions

ALONE = {n: m for n, m in METRICS.items() if issubclass(m, MapMetric)}
every_map_metric = pytest.mark.parametrize("metric", ALONE.values(), ids=ALONE.keys())

sparseness, entropy = METRICS["sparseness"](), METRICS["entropy"]()


@every_map_metric
@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_stays_within_its_bounds_or_says_why_not(metric, pair):
    score = metric()(pair[0])
    if score.defined:
        assert metric.bounds[0] <= score.value <= metric.bounds[1]
    else:
        assert score.why.endswith(".")


@every_map_metric
@settings(max_examples=20, deadline=None)
@given(pair=maps_with_regions(), seed=st.integers(0, 99))
def test_neither_place_nor_sign_nor_unit_of_importance_matter(metric, pair, seed):
    values = pair[0]
    moved = np.random.default_rng(seed).permutation(values.ravel()).reshape(values.shape)
    one, other = metric()(values), metric()(-8 * moved)
    assert one.why == other.why
    assert one.value == pytest.approx(other.value, abs=1e-9)


@every_map_metric
def test_a_single_pixel_is_better_than_noise_and_noise_better_than_a_constant(metric):
    single = np.zeros((6, 7), np.float32)
    single[2, 3] = 5
    noise = np.random.default_rng(0).normal(size=(6, 7)).astype(np.float32)
    scores = [metric()(values).value for values in (single, noise, np.ones((6, 7), np.float32))]
    assert scores == sorted(scores, reverse=metric.better == "higher")
    assert len(set(scores)) == 3


@every_map_metric
def test_a_map_of_zeros_has_no_score_but_a_reason(metric):
    assert "zero everywhere" in metric()(np.zeros((3, 4), np.float32)).why


@every_map_metric
def test_refuses_what_is_no_finite_map(metric):
    with pytest.raises(InvalidInput, match="NaN or infinite"):
        metric()(np.full((3, 4), np.nan, np.float32))
    for shape in ((4,), (0, 4), (1, 3, 4)):
        with pytest.raises(InvalidInput, match="rows and columns"):
            metric()(np.zeros(shape, np.float32))


@pytest.mark.parametrize("equal", [1, 3, 12, 40])
def test_equal_importance_on_some_pixels_has_a_closed_form(equal):
    values = np.zeros((5, 8), np.float32)
    values.ravel()[:equal] = -2
    assert sparseness(values).value == pytest.approx(1 - equal / 40)
    assert entropy(values).value == pytest.approx(np.log(equal) / np.log(40))


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_sparseness_is_half_the_relative_mean_difference_of_all_pairs(pair):
    magnitude = np.abs(pair[0]).ravel()
    if magnitude.any():
        differences = np.abs(magnitude[:, None] - magnitude)
        expected = differences.mean() / (2 * magnitude.mean())
        assert sparseness(pair[0]).value == pytest.approx(expected, abs=1e-6)


def test_one_pixel_cannot_be_spread():
    assert "single pixel" in entropy(np.ones((1, 1), np.float32)).why
    assert sparseness(np.ones((1, 1), np.float32)).value == 0
