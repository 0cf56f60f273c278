"""Agreement corrected by where other patients have the region, against closed forms."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.core import InvalidInput, Prior
from ctviz.metrics import METRICS, CorrectedMetric
from ctviz.metrics.place import odds_of_others
from tests.metrics.arrays import maps_with_regions

CORRECTED = {n: m for n, m in METRICS.items() if issubclass(m, CorrectedMetric)}
auroc, precision, gain = (
    METRICS[n]() for n in ("auroc-corrected", "average-precision-corrected", "dice-gain")
)
plain_auroc, plain_precision, dice = (METRICS[n]() for n in ("auroc", "average-precision", "dice"))

every_corrected = pytest.mark.parametrize("metric", CORRECTED.values(), ids=CORRECTED.keys())
ranked = pytest.mark.parametrize("metric", [auroc, precision], ids=lambda metric: metric.name)


@st.composite
def maps_with_priors(draw):
    values, mask = draw(maps_with_regions())
    patients = draw(st.integers(6, 12))
    counts = draw(st.lists(st.integers(0, patients), min_size=mask.size, max_size=mask.size))
    return values, mask, Prior(np.reshape(counts, mask.shape) / patients, patients)


@pytest.fixture
def disc():
    rows, columns = np.mgrid[:24, :24]
    mask = (rows - 10) ** 2 + (columns - 13) ** 2 < 20
    return mask, Prior(np.exp(-((rows - 12) ** 2 + (columns - 12) ** 2) / 40), 9)


def slow_odds(prior, smoothing):
    usual = np.mean(prior.mean, dtype=float)
    odds = np.ones(prior.mean.shape)
    if prior.mean.min() < prior.mean.max():
        for place, share in np.ndenumerate(prior.mean):
            # So many patients of all, the added ones included, have the region here, and have not.
            have = prior.patients * float(share) + smoothing * usual
            odds[place] = have / (prior.patients + smoothing - have)
    return odds


def slow_auroc(values, mask, weights):
    won = total = 0.0
    for inside, (outside, weight) in product(
        values[mask], zip(values[~mask], weights[~mask], strict=True)
    ):
        won += weight * ((inside > outside) + 0.5 * (inside == outside))
        total += weight
    return won / total


def slow_precision(values, mask, weights):
    weights = np.where(mask, 1.0, weights / weights[~mask].mean())
    total, recall = 0.0, 0.0
    for threshold in sorted(set(values.ravel()), reverse=True):
        hot = values >= threshold
        now = (hot & mask).sum() / mask.sum()
        total += (now - recall) * (hot & mask).sum() / weights[hot].sum()
        recall = now
    return total


@settings(max_examples=60, deadline=None)
@given(maps_with_priors(), st.sampled_from([0.1, 1.0, 7.0]))
def test_auroc_counts_won_pairs_by_the_weight_of_the_pixel_outside(given_, smoothing):
    values, mask, prior = given_
    expected = slow_auroc(values, mask, slow_odds(prior, smoothing))
    found = type(auroc)(smoothing)(values, mask, prior).value
    assert found == pytest.approx(expected, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(maps_with_priors())
def test_precision_counts_false_pixels_by_their_weight(given_):
    values, mask, prior = given_
    expected = slow_precision(values, mask, slow_odds(prior, 1.0))
    assert precision(values, mask, prior).value == pytest.approx(expected, abs=1e-6)


@ranked
@settings(max_examples=30, deadline=None)
@given(pair=maps_with_regions(), share=st.sampled_from([0.0, 0.25, 1.0]))
def test_an_even_mean_mask_corrects_nothing(metric, pair, share):
    values, mask = pair
    plain = METRICS[metric.name.removesuffix("-corrected")]()
    prior = Prior(np.full(mask.shape, share), 8)
    assert metric(values, mask, prior).value == plain(values, mask).value


@settings(max_examples=30, deadline=None)
@given(maps_with_priors())
def test_the_region_itself_is_perfect_whatever_the_others_drew(given_):
    _, mask, prior = given_
    perfect = mask.astype(np.float32)
    assert auroc(perfect, mask, prior).value == 1
    assert precision(perfect, mask, prior).value == 1
    assert gain(perfect, mask, prior).value == pytest.approx(1 - dice(prior.mean, mask).value)


@every_corrected
@settings(max_examples=30, deadline=None)
@given(given_=maps_with_priors())
def test_only_the_order_of_the_pixels_matters(metric, given_):
    values, mask, prior = given_
    risen = np.exp(values.astype(float)).astype(np.float32) * 5 - 2
    assert metric()(risen, mask, prior).value == metric()(values, mask, prior).value


@settings(max_examples=30, deadline=None)
@given(maps_with_priors())
def test_a_constant_map_is_guessing(given_):
    _, mask, prior = given_
    flat = np.zeros(mask.shape, np.float32)
    assert auroc(flat, mask, prior).value == 0.5
    assert precision(flat, mask, prior).value == pytest.approx(mask.mean())


@pytest.mark.parametrize("seed", range(4))
def test_in_expectation_any_fixed_map_wins_half_of_the_weighted_pairs(seed):
    """Over all masks of independent pixels, with the true shares in place of an estimate."""
    random = np.random.default_rng(seed)
    share = random.uniform(0.05, 0.95, (2, 4))
    prior = Prior(share, 10**9)
    odds = odds_of_others(prior, 0.01)
    fixed = prior.mean if seed == 0 else random.integers(0, 4, share.shape).astype(np.float32)
    won = weighed = 0.0
    for bits in product([False, True], repeat=share.size):
        mask = np.reshape(bits, share.shape)
        if mask.any() and not mask.all():
            chance = np.prod(np.where(mask, share, 1 - share))
            pairs = mask.sum() * odds[~mask].sum()
            won += chance * pairs * auroc(fixed, mask, prior).value
            weighed += chance * pairs
    assert won / weighed == pytest.approx(0.5, abs=1e-6)


def test_of_blobs_that_move_about_the_mean_mask_hardly_profits():
    """Plain AUROC takes the mean mask of others for a good map; corrected it is near guessing."""
    random = np.random.default_rng(5)
    rows, columns = np.mgrid[:40, :40]
    masks = [
        (rows - row) ** 2 + (columns - column) ** 2 < 5**2
        for row, column in 20 + random.normal(0, 5, (24, 2))
    ]
    plain, corrected = [], []
    for mask in masks:
        others = [other.astype(float) for other in masks if other is not mask]
        prior = Prior.of(others, mask.shape)
        plain.append(plain_auroc(prior.mean, mask).value)
        corrected.append(auroc(prior.mean, mask, prior).value)
    assert np.mean(plain) > 0.85
    assert 0.42 < np.mean(corrected) < 0.58


def test_smoothing_leads_from_the_odds_to_the_plain_score(disc):
    mask, prior = disc
    scores = [type(auroc)(a)(prior.mean, mask, prior).value for a in (0.01, 1.0, 100.0, 1000.0)]
    assert scores == sorted(scores)
    assert scores[-1] < plain_auroc(prior.mean, mask).value


def test_weights_are_finite_where_everybody_or_nobody_has_the_region():
    prior = Prior(np.array([[0.0, 0.5, 1.0]]), 9)
    # One added patient, half of whom is at every pixel.
    np.testing.assert_allclose(odds_of_others(prior, 1.0), [[0.5 / 9.5, 1.0, 9.5 / 0.5]])


def test_the_gain_is_the_difference_of_two_dices(disc):
    mask, prior = disc
    values = np.random.default_rng(1).normal(size=mask.shape).astype(np.float32)
    for share in (0.0, 0.2):
        rule = type(dice)(share)
        expected = rule(values, mask).value - rule(prior.mean, mask).value
        assert type(gain)(share)(values, mask, prior).value == expected
    assert gain(prior.mean, mask, prior).value == 0


@every_corrected
@settings(max_examples=30, deadline=None)
@given(given_=maps_with_priors())
def test_stays_within_its_bounds_and_has_a_curve_only_with_a_score(metric, given_):
    low, high = metric.bounds
    assert low <= metric()(*given_).value <= high
    curve = metric().curve(*given_)
    if curve is not None:
        assert (np.diff(curve.x) >= 0).all()
        assert len(curve.x) == len(curve.y) <= 201


@ranked
def test_the_curve_s_area_is_the_score(metric, disc):
    mask, prior = disc
    values = np.random.default_rng(2).normal(size=mask.shape).astype(np.float32)
    assert metric.curve(values, mask, prior).area == metric(values, mask, prior).value


@every_corrected
def test_too_few_other_patients_say_nothing(metric, disc):
    mask, prior = disc
    few = Prior(prior.mean, 5)
    score = metric()(prior.mean, mask, few)
    assert score.why.startswith("Only 5 other patients have a region")
    assert metric().curve(prior.mean, mask, few) is None
    assert "1 other patient has" in Prior(prior.mean, 1).why_not


@every_corrected
def test_an_empty_region_has_no_score_but_a_reason(metric, disc):
    mask, prior = disc
    empty = np.zeros_like(mask)
    assert metric()(prior.mean, empty, prior).why == "The region is empty."
    assert metric().curve(prior.mean, empty, prior) is None


def test_a_region_that_is_the_whole_image_has_nothing_outside(disc):
    mask, prior = disc
    everything = np.ones_like(mask)
    assert "whole image" in auroc(prior.mean, everything, prior).why
    assert auroc.curve(prior.mean, everything, prior) is None
    assert precision(prior.mean, everything, prior).value == 1


@every_corrected
def test_refuses_what_lies_on_another_grid_or_is_not_finite(metric, disc):
    mask, prior = disc
    with pytest.raises(InvalidInput, match="mean mask of other patients"):
        metric()(prior.mean, mask, Prior(prior.mean[1:], 9))
    with pytest.raises(InvalidInput, match="scan's rows and columns"):
        metric()(prior.mean[1:], mask, prior)
    with pytest.raises(InvalidInput, match="NaN or infinite"):
        metric()(np.full(mask.shape, np.nan, np.float32), mask, prior)
