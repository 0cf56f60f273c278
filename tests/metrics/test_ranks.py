"""AUROC, average precision and Dice against closed forms and slow definitions."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings

from ctviz.metrics import METRICS
from ctviz.metrics.auroc import roc
from ctviz.metrics.ranking import ranking, thinned
from tests.metrics.arrays import maps_with_regions

auroc, precision, dice = METRICS["auroc"](), METRICS["average-precision"](), METRICS["dice"]()


def wins(values, mask):
    inside, outside = values[mask][:, None], values[~mask][None, :]
    return np.mean((inside > outside) + 0.5 * (inside == outside))


def stepwise_precision(values, mask):
    total, recall = 0.0, 0.0
    for threshold in sorted(set(values.ravel()), reverse=True):
        hot = values >= threshold
        now = (hot & mask).sum() / mask.sum()
        total += (now - recall) * (hot & mask).sum() / hot.sum()
        recall = now
    return total


def dice_in_order(order, mask, count):
    hot = np.zeros(mask.size, bool)
    hot[list(order[:count])] = True
    return 2 * (hot & mask.ravel()).sum() / (count + mask.sum())


@settings(max_examples=60, deadline=None)
@given(pair=maps_with_regions())
def test_a_ranking_counts_the_pixels_that_reach_each_value(pair):
    values, mask = pair
    ranked = ranking(values, mask)
    levels = sorted(set(values.ravel()), reverse=True)
    assert ranked.taken.tolist() == [0, *((values >= level).sum() for level in levels)]
    assert ranked.hits.tolist() == [0, *((values >= level)[mask].sum() for level in levels)]


def test_zero_is_one_level_whatever_its_sign():
    values = np.array([[0.0, -0.0, 1.0], [-0.0, 0.0, -1.0]], np.float32)
    ranked = ranking(values, values == 0)
    assert ranked.taken.tolist() == [0, 1, 5, 6]
    assert ranked.hits.tolist() == [0, 0, 4, 4]


@settings(max_examples=60, deadline=None)
@given(pair=maps_with_regions())
def test_auroc_counts_won_pairs_and_half_of_the_ties(pair):
    assert auroc(*pair).value == pytest.approx(wins(*pair))


@settings(max_examples=60, deadline=None)
@given(pair=maps_with_regions())
def test_average_precision_sums_over_thresholds(pair):
    assert precision(*pair).value == pytest.approx(stepwise_precision(*pair))


@pytest.mark.parametrize("seed", range(8))
def test_dice_is_the_mean_over_all_orders_of_equal_pixels(seed):
    random = np.random.default_rng(seed)
    values = random.integers(0, 3, (2, 3)).astype(np.float32)
    mask = np.zeros(6, bool)
    mask[random.permutation(6)[: seed % 5 + 1]] = True
    mask = mask.reshape(2, 3)
    flat = values.ravel()
    orders = [o for o in permutations(range(6)) if (np.diff(flat[list(o)]) <= 0).all()]
    expected = np.mean([dice_in_order(order, mask, mask.sum()) for order in orders])
    assert dice(values, mask).value == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_an_opposite_map_has_the_opposite_auroc(pair):
    values, mask = pair
    assert auroc(-values, mask).value == pytest.approx(1 - auroc(values, mask).value)
    assert auroc(values, ~mask).value == pytest.approx(1 - auroc(values, mask).value)


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_only_the_order_of_the_pixels_matters(pair):
    values, mask = pair
    for metric in (auroc, precision, dice):
        assert metric(np.exp(values), mask).value == metric(values, mask).value


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_a_constant_map_scores_like_chance(pair):
    mask = pair[1]
    constant = np.full(mask.shape, 0.3, np.float32)
    share = mask.mean()
    assert auroc(constant, mask).value == pytest.approx(0.5)
    assert precision(constant, mask).value == pytest.approx(share)
    assert dice(constant, mask).value == pytest.approx(share)


@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions())
def test_a_binary_map_has_the_auroc_of_its_only_threshold(pair):
    values, mask = pair
    hot = values > 0
    rate = hot[mask].mean() - hot[~mask].mean()
    assert auroc(hot.astype(np.float32), mask).value == pytest.approx((1 + rate) / 2)


def test_a_region_that_is_everything_has_no_auroc_and_perfect_overlap():
    values, mask = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((2, 3), bool)
    assert "whole image" in auroc(values, mask).why
    assert auroc.curve(values, mask) is None
    assert precision(values, mask).value == dice(values, mask).value == 1


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 1.0])
def test_dice_of_a_fixed_share_counts_exactly_that_many_pixels(share):
    values = np.arange(100, dtype=np.float32).reshape(10, 10)
    mask = values >= 80
    hot = values >= 100 - 100 * share
    expected = 2 * (hot & mask).sum() / (hot.sum() + mask.sum())
    assert METRICS["dice"](share=share)(values, mask).value == pytest.approx(expected)


def test_the_dice_curve_passes_through_the_score_and_ends_at_the_whole_image():
    values = np.random.default_rng(0).normal(size=(20, 20)).astype(np.float32)
    mask = np.zeros((20, 20), bool)
    mask[:8] = True
    curve = dice.curve(values, mask)
    assert np.interp(0.4, curve.x, curve.y) == pytest.approx(dice(values, mask).value)
    assert curve.y[0] == 0
    assert curve.y[-1] == pytest.approx(2 * 0.4 / 1.4)
    assert curve.area == pytest.approx(np.trapezoid(curve.y, curve.x))


def test_a_region_map_with_few_levels_scores_between_its_neighbouring_thresholds():
    values = np.repeat(np.array([[3.0], [2.0], [1.0]], np.float32), 10, axis=1)
    mask = np.zeros((3, 10), bool)
    mask[0], mask[1, :5] = True, True
    assert dice(values, mask).value == pytest.approx((10 + 2.5) / 15)


def test_a_thinned_roc_keeps_its_ends_its_order_and_nearly_its_area():
    random = np.random.default_rng(1)
    mask = random.random((128, 128)) < 0.1
    values = (random.normal(size=mask.shape) + mask).astype(np.float32)
    full, thin = roc(ranking(values, mask)), auroc.curve(values, mask)
    assert len(full.x) > 10_000
    assert len(thin.x) <= 200
    assert (thin.x[0], thin.y[0], thin.x[-1], thin.y[-1]) == (0, 0, 1, 1)
    assert thin.area == full.area == auroc(values, mask).value
    assert np.trapezoid(thin.y, thin.x) == pytest.approx(full.area, abs=1e-3)


def test_thinning_leaves_a_short_line_as_it_is():
    x = np.linspace(0, 1, 7)
    assert thinned(x, x**2)[0] is x
