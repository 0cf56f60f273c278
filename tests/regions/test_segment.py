import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from ctviz.core import InvalidInput
from ctviz.regions import Segmentation, segment
from ctviz.regions.dilation import dilated_by_disk


@pytest.fixture(scope="module")
def image():
    """Three grey plateaus under a little noise, not square."""
    rng = np.random.default_rng(0)
    plateaus = np.zeros((80, 96))
    plateaus[:, 40:] = 0.5
    plateaus[30:60, 50:80] = 1.0
    return plateaus + 0.02 * gaussian_filter(rng.standard_normal((80, 96)), 1)


@pytest.fixture(scope="module")
def segmentation(image):
    return segment(image)


def test_every_pixel_belongs_to_a_region_of_every_scale(segmentation):
    assert (segmentation.masks.sum(0) >= 6).all()


def test_a_bright_square_is_a_region_with_its_edge(segmentation):
    square = np.zeros((80, 96), dtype=bool)
    square[30:60, 50:80] = True
    square = dilated_by_disk(square, 5)
    overlap = (segmentation.masks & square).sum((1, 2)) / (segmentation.masks | square).sum((1, 2))
    assert overlap.max() > 0.8  # resampling blurs the border by a pixel


def test_brightness_and_contrast_of_the_whole_image_do_not_matter(image, segmentation):
    np.testing.assert_array_equal(segment(4 * image - 3).masks, segmentation.masks)


def test_an_image_of_one_grey_is_one_region_six_times():
    masks = segment(np.full((40, 30), 7.0)).masks
    assert masks.shape == (6, 40, 30)
    assert masks.all()


def test_the_image_is_not_changed(image):
    before = image.copy()
    segment(image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(
    "bad", [np.zeros(5), np.zeros((3, 4, 5)), np.zeros((0, 4)), np.full((8, 8), np.nan)]
)
def test_refuses_what_is_not_a_finite_grey_image(bad):
    with pytest.raises(InvalidInput):
        segment(bad)


@given(arrays(bool, st.tuples(*3 * [st.integers(1, 6)])))
def test_masks_survive_being_stored_sparsely(masks):
    segmentation = Segmentation.of(masks)
    assert len(segmentation) == len(masks)
    np.testing.assert_array_equal(segmentation.masks, masks)
    for region, mask in enumerate(masks):
        np.testing.assert_array_equal(segmentation.mask(region), mask)
        np.testing.assert_array_equal(segmentation.pixels(region), np.flatnonzero(mask))


def test_masks_must_be_boolean():
    with pytest.raises(InvalidInput):
        Segmentation.of(np.zeros((2, 3, 4)))


@settings(max_examples=50)
@given(arrays(bool, st.tuples(st.integers(1, 14), st.integers(1, 14))), st.integers(0, 6))
def test_dilation_reaches_exactly_the_pixels_within_the_radius(mask, radius):
    rows, columns = np.indices(mask.shape)
    expected = np.zeros_like(mask)
    for row, column in np.argwhere(mask):
        expected |= (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
    np.testing.assert_array_equal(dilated_by_disk(mask, radius), expected)
