"""Sensitivity-n, infidelity and monotonicity on models whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from scipy.stats import spearmanr

from ctviz.metrics.infidelity import Infidelity
from ctviz.metrics.monotonicity import Monotonicity
from ctviz.metrics.probing import ProbeMetric
from ctviz.metrics.sensitivity_n import SHARES, SensitivityN

SIDE = 12
EVERY = [SensitivityN, Infidelity, Monotonicity]
every_probe = pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)


@pytest.fixture
def weights():
    return np.random.default_rng(1).normal(size=(SIDE, SIDE))


@pytest.fixture
def scan():
    return np.random.default_rng(2).random((1, 1, SIDE, SIDE)).astype(np.float32)


@pytest.fixture
def linear(weights):
    """A model that sums the weighted pixels; it has no bounds, which metrics do not need."""
    return lambda images: np.einsum("nchw,hw->n", images.astype(np.float64), weights)


@pytest.mark.parametrize("fill", ["zero", "one", "mean"])
def test_the_gradient_forecasts_a_linear_model_without_error(weights, scan, linear, fill):
    score = Infidelity(fill=fill)(weights.astype(np.float32), scan, linear)
    assert score.value == pytest.approx(0, abs=1e-10)


def test_gradient_times_input_sums_to_the_effect_of_dark_pixels_in_a_linear_model(
    weights, scan, linear
):
    values = (weights * scan[0, 0]).astype(np.float32)
    curves = SensitivityN(fill="zero").curves(values, scan, linear)
    np.testing.assert_allclose(curves.lines["sensitivity-n"].y, 1, atol=1e-6)
    np.testing.assert_array_equal(curves.lines["sensitivity-n"].x, SHARES)
    assert Monotonicity(fill="zero", groups=12)(values, scan, linear).value == pytest.approx(1)


@every_probe
def test_does_not_depend_on_the_unit_of_importance(metric, weights, scan, linear):
    values = np.random.default_rng(3).normal(size=weights.shape).astype(np.float32) + weights
    one, other = (metric()(values * unit, scan, linear).value for unit in (1, 8))
    assert one == pytest.approx(other)


@pytest.mark.parametrize("score", [SensitivityN(), Monotonicity(groups=12)], ids=str)
def test_an_opposite_map_has_the_opposite_correlation(score, weights, scan, linear):
    values = (np.abs(weights) + weights / 2).astype(np.float32)
    forth, back = (score(each, scan, linear).value for each in (values, -values))
    assert back == pytest.approx(-forth)


def test_a_map_of_the_wrong_sign_is_no_better_than_saying_nothing(weights, scan, linear):
    assert Infidelity()(-weights.astype(np.float32), scan, linear).value == 1


@every_probe
def test_a_model_that_never_changes_its_answer_gives_no_score(metric, weights, scan):
    score = metric()(weights.astype(np.float32), scan, lambda images: np.full(len(images), 0.7))
    assert "does not change" in score.why


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999))
def test_infidelity_is_the_residual_of_the_best_positive_scaling(seed):
    random = np.random.default_rng(seed)
    claims, effects = random.normal(size=(2, 9))
    _, residual = nnls(claims[:, None], effects)
    value = Infidelity().judge(claims, effects).score.value
    assert value == pytest.approx(residual**2 / (effects @ effects))


@pytest.mark.parametrize("channels", [1, 2])
def test_monotonicity_is_the_rank_correlation_over_separate_removals(channels, linear, weights):
    random = np.random.default_rng(4)
    x = random.random((1, channels, SIDE, SIDE)).astype(np.float32)
    values = random.permutation(SIDE**2).reshape(SIDE, SIDE).astype(np.float32)
    importance, effects = [], []
    for group in np.split(np.argsort(values.ravel()), 9):
        image = x.copy().reshape(channels, -1)
        image[:, group] = 0
        importance.append(values.ravel()[group].mean())
        effects.append(linear(x)[0] - linear(image.reshape(x.shape))[0])
    expected = spearmanr(importance, effects).statistic
    score = Monotonicity(groups=9, fill="zero")(values, x, linear)
    assert score.value == pytest.approx(expected)


def test_an_image_with_fewer_pixels_than_groups_has_a_score():
    values = np.array([[3.0, 2.0], [1.0, 0.0]], np.float32)
    score = Monotonicity(fill="zero")(values, values[None, None], lambda x: x.sum(axis=(1, 2, 3)))
    assert score.value == 1


@pytest.mark.parametrize("metric", [SensitivityN, Infidelity], ids=lambda metric: metric.name)
def test_maps_share_the_passes_of_their_probes(metric: type[ProbeMetric], scan, linear, weights):
    shown = []

    def counting(images):
        shown.append(len(images))
        return linear(images)

    maps = [weights.astype(np.float32), -weights.astype(np.float32)]
    metric(fill="zero").curves_many(maps, scan, counting)
    assert sum(shown) == 2 + metric().count


def test_the_sets_have_their_sizes():
    for number, removed in enumerate(SensitivityN(samples=3).sets((9, 10))):
        assert removed.sum() == max(1, round(SHARES[number // 3] * 90))
    for removed in Infidelity(side=0.5, samples=20).sets((8, 10)):
        row, column = np.nonzero(removed)
        assert removed.sum() == 16
        assert np.ptp(row) == np.ptp(column) == 3
