"""Noisy linear imputation against the dense system, harmonic images and its invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate, gaussian_filter

from ctviz.metrics.imputation import imputation
from ctviz.metrics.road import Road


def slowly_imputed(image, removed):
    """Every removed pixel's equation, written out pixel by pixel and solved densely."""
    rows, columns = image.shape
    matrix, right = np.eye(image.size), image.astype(np.float64).ravel()
    for r, c in np.argwhere(removed):
        around = {
            (r + dr, c + dc): 1 / 12 if dr and dc else 1 / 6
            for dr in (-1, 0, 1)
            for dc in (-1, 0, 1)
            if (dr or dc) and 0 <= r + dr < rows and 0 <= c + dc < columns
        }
        right[r * columns + c] = 0
        for (nr, nc), weight in around.items():
            matrix[r * columns + c, nr * columns + nc] = -weight / sum(around.values())
    return np.linalg.solve(matrix, right).reshape(image.shape)


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 7), st.integers(2, 7)),
    share=st.floats(0.1, 0.95),
    seed=st.integers(0, 99),
)
def test_solves_the_equations_of_all_removed_pixels(shape, share, seed):
    random = np.random.default_rng(seed)
    image = random.random((2, *shape)).astype(np.float32)
    removed = random.random(shape) < share
    removed[0, 0] = False
    filled = imputation(image, noise=0, seed=0)(removed)
    for channel, expected in zip(filled, image, strict=True):
        np.testing.assert_allclose(channel, slowly_imputed(expected, removed), atol=1e-4)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("scattered", [True, False])
def test_many_pixels_are_solved_as_exactly_as_few(share, scattered):
    random = np.random.default_rng(7)
    image = random.random((1, 33, 38)).astype(np.float32)
    order = random.random((33, 38)) if scattered else np.add(*np.indices((33, 38))) / 71
    removed = order < np.quantile(order, share)
    filled = imputation(image, noise=0, seed=0)(removed)
    np.testing.assert_allclose(filled[0], slowly_imputed(image[0], removed), atol=1e-3)


def test_a_plane_comes_back_through_a_hole_inside():
    row, column = np.indices((20, 24))
    plane = ((2 * row + column) / 70)[None].astype(np.float32)
    removed = np.zeros((20, 24), bool)
    removed[4:15, 6:17] = True
    filled = imputation(plane, noise=0, seed=0)(removed)
    np.testing.assert_allclose(filled, plane, atol=1e-3)


def test_keeps_the_known_pixels_and_stays_between_them():
    random = np.random.default_rng(2)
    image = random.random((1, 30, 30)).astype(np.float32)
    removed = random.random((30, 30)) < 0.7
    filled = imputation(image, noise=0, seed=0)(removed)
    np.testing.assert_array_equal(filled[:, ~removed], image[:, ~removed])
    assert image[:, ~removed].min() - 1e-3 <= filled.min()
    assert filled.max() <= image[:, ~removed].max() + 1e-3


def test_an_image_without_any_pixel_left_becomes_its_mean():
    image = np.arange(8, dtype=np.float32).reshape(2, 2, 2) / 8
    filled = imputation(image, noise=0, seed=0)(np.ones((2, 2), bool))
    np.testing.assert_allclose(filled, image.mean(axis=(1, 2), keepdims=True) * np.ones((1, 2, 2)))


def test_the_noise_has_its_strength_and_does_not_depend_on_the_mask():
    flat = np.full((1, 60, 60), 0.5, np.float32)
    fill = imputation(flat, noise=0.05, seed=1)
    everything, most = np.ones((60, 60), bool), np.ones((60, 60), bool)
    most[:20] = False
    assert fill(everything).std() == pytest.approx(0.05, rel=0.1)
    np.testing.assert_allclose(fill(everything)[:, most], fill(most)[:, most], atol=1e-5)
    np.testing.assert_array_equal(fill(most)[:, :20], flat[:, :20])


def test_the_image_itself_is_left_alone():
    image = np.random.default_rng(3).random((1, 8, 8)).astype(np.float32)
    image.flags.writeable = False
    imputation(image, noise=0.1, seed=0)(image[0] > 0.5)


def test_road_sees_no_evidence_in_an_image_that_interpolation_restores():
    flat = np.full((1, 1, 12, 12), 0.25, np.float32)
    values = np.random.default_rng(4).normal(size=(12, 12)).astype(np.float32)
    score = Road(noise=0)(values, flat, lambda images: images[:, 0, 3:7, 4:9].mean(axis=(1, 2)))
    assert score.value == pytest.approx(0, abs=1e-4)


def test_road_of_the_opposite_map_is_the_opposite():
    random = np.random.default_rng(5)
    x = random.random((1, 1, 12, 12)).astype(np.float32)
    values = random.normal(size=(12, 12)).astype(np.float32)

    def classify(images):
        return images[:, 0, 3:7, 4:9].mean(axis=(1, 2))

    score = Road()(values, x, classify).value
    assert Road()(-values, x, classify).value == pytest.approx(-score, abs=1e-5)


@pytest.mark.parametrize("share", [0.3, 0.97])
def test_on_a_whole_slice_every_removed_pixel_is_the_mean_of_its_neighbours(share):
    random = np.random.default_rng(11)
    image = gaussian_filter(random.random((150, 131)), 2).astype(np.float32)[None]
    order = gaussian_filter(random.random((150, 131)), 3)
    removed = order < np.quantile(order, share)
    filled = imputation(image, noise=0, seed=0)(removed)[0].astype(float)
    weights = np.array([[1, 2, 1], [2, 0, 2], [1, 2, 1]]) / 12
    total = correlate(np.ones(removed.shape), weights, mode="constant")
    mean = correlate(filled, weights, mode="constant") / total
    np.testing.assert_allclose(filled[removed], mean[removed], atol=1e-3)
