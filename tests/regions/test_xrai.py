import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from ctviz.core import InvalidInput
from ctviz.regions import Segmentation, segment, xrai


def slow_xrai(values, masks):
    """Algorithm 1 of arXiv:1906.02825 with sums made anew at every step."""
    values = values.astype(np.float64)
    trajectory, covered = np.full(values.shape, np.nan), np.zeros(values.shape, dtype=bool)
    remaining = list(masks)
    while True:
        remaining = [mask for mask in remaining if (mask & ~covered).sum() >= 50]
        if not remaining:
            break
        gains = [values[mask & ~covered].mean() for mask in remaining]
        best = remaining.pop(int(np.argmax(gains)))
        trajectory[best & ~covered] = max(gains)
        covered |= best
    if not covered.all():
        trajectory[~covered] = values[~covered].mean()
    return trajectory.astype(np.float32)


def smooth(rng, shape, sigma):
    return gaussian_filter(rng.standard_normal(shape), sigma).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_published_algorithm_on_segmented_images(seed):
    rng = np.random.default_rng(seed)
    segmentation = segment(smooth(rng, (72, 88), 4))
    values = smooth(rng, (72, 88), seed)
    np.testing.assert_array_equal(xrai(values, segmentation), slow_xrai(values, segmentation.masks))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.sampled_from([0, 1]))
def test_equals_the_published_algorithm_on_any_overlapping_rectangles(seed, regions, decimals):
    """Few decimals make many regions equal."""
    rng = np.random.default_rng(seed)
    masks = np.zeros((regions, 24, 20), dtype=bool)
    for mask in masks:
        row, column = rng.integers(0, 15, 2)
        mask[row : row + rng.integers(1, 20), column : column + rng.integers(1, 20)] = True
    values = np.round(rng.standard_normal((24, 20)), decimals).astype(np.float32)
    np.testing.assert_allclose(
        xrai(values, Segmentation.of(masks)), slow_xrai(values, masks), rtol=1e-6, atol=1e-7
    )


def test_regions_whose_sums_are_equal_are_equals():
    values = np.zeros((20, 20), np.float32)
    values[:10, :12] = np.tile([1, 2, -3], (10, 4))
    masks = np.zeros((2, 20, 20), dtype=bool)
    masks[0, :10], masks[1, 10:] = True, True
    values[15, 15] = 1e-6
    values[16, 16] = -1e-6
    found = xrai(values, Segmentation.of(masks))
    np.testing.assert_array_equal(found, slow_xrai(values, masks))


@pytest.fixture
def quarters():
    """Four disjoint regions of 100 pixels, in the order of reading."""
    masks = np.zeros((4, 20, 20), dtype=bool)
    for region, mask in enumerate(masks):
        row, column = 10 * (region // 2), 10 * (region % 2)
        mask[row : row + 10, column : column + 10] = True
    return masks


def test_disjoint_regions_get_their_means(quarters):
    values = np.random.default_rng(0).standard_normal((20, 20)).astype(np.float32)
    ranked = xrai(values, Segmentation.of(quarters))
    for mask in quarters:
        np.testing.assert_allclose(ranked[mask], values[mask].mean(), rtol=1e-5)


def test_a_map_made_of_regions_is_its_own_region_map(quarters):
    values = np.tensordot([3.0, -1.0, 0.5, 2.0], quarters, 1).astype(np.float32)
    np.testing.assert_array_equal(xrai(values, Segmentation.of(quarters)), values)


def test_a_region_gains_only_by_what_is_not_covered(quarters):
    top = quarters[0] | quarters[1]
    values = np.where(quarters[0], 4.0, 1.0).astype(np.float32)
    ranked = xrai(values, Segmentation.of(np.stack([top, quarters[0]])))
    np.testing.assert_array_equal(np.unique(ranked[quarters[0]]), [4.0])
    np.testing.assert_array_equal(np.unique(ranked[quarters[1]]), [1.0])


def test_slivers_are_dropped_and_what_is_left_gets_its_mean(quarters):
    sliver = np.zeros((20, 20), dtype=bool)
    sliver[15, :] = True
    values = np.where(sliver, 9.0, np.where(quarters[0], 1.0, 0.0)).astype(np.float32)
    ranked = xrai(values, Segmentation.of(np.stack([sliver, quarters[0]])))
    np.testing.assert_array_equal(np.unique(ranked[quarters[0]]), [1.0])
    np.testing.assert_allclose(ranked[~quarters[0]], 9 * 20 / 300)


def test_without_regions_all_pixels_are_tied(quarters):
    values = np.arange(400, dtype=np.float32).reshape(20, 20)
    ranked = xrai(values, Segmentation.of(quarters[:0]))
    np.testing.assert_allclose(ranked, values.mean())


@pytest.mark.parametrize("value", [0.0, -2.5, 1e-30])
def test_a_constant_map_stays_constant(quarters, value):
    values = np.full((20, 20), value, np.float32)
    np.testing.assert_array_equal(xrai(values, Segmentation.of(quarters)), values)


def test_the_unit_of_importance_does_not_matter(quarters):
    values = np.random.default_rng(1).standard_normal((20, 20)).astype(np.float32)
    segmentation = Segmentation.of(quarters)
    np.testing.assert_array_equal(
        xrai(values * 1024, segmentation), xrai(values, segmentation) * 1024
    )


@pytest.mark.parametrize("bad", [np.zeros((20, 19)), np.full((20, 20), np.nan)])
def test_refuses_a_map_of_another_size_or_not_finite(quarters, bad):
    with pytest.raises(InvalidInput):
        xrai(bad.astype(np.float32), Segmentation.of(quarters))
