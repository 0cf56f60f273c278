from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ctviz.core import Slice
from ctviz.viz import (
    WINDOWS,
    png,
    thumbnail,
    to_pixel_aspect,
    window_image,
)


def opened(content):
    return np.asarray(Image.open(BytesIO(content)))


@pytest.fixture
def scan():
    hounsfield = np.random.default_rng(0).normal(40, 100, (24, 32)).astype(np.float32)
    return Slice(hounsfield, spacing_mm=(1.0, 0.5))


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_a_png_holds_the_very_pixels(shape):
    picture = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(opened(png(picture)), picture)


@pytest.mark.parametrize(
    ("spacing_mm", "shape"),
    [((1.0, 1.0), (50, 100)), ((2.0, 1.0), (100, 100)), ((4.0, 1.0), (100, 50)), (None, (50, 100))],
)
def test_pixels_that_are_not_square_keep_their_proportions(spacing_mm, shape):
    picture = np.zeros((20, 40), np.uint8)
    assert to_pixel_aspect(picture, spacing_mm, 100).shape == shape


def test_a_needle_thin_image_still_has_a_row():
    assert to_pixel_aspect(np.zeros((1, 500), np.uint8), None, 64).shape == (1, 64)


def test_a_thumbnail_is_small_grey_and_of_true_aspect(scan):
    picture = opened(thumbnail(scan, 64))
    assert picture.shape == (64, 43)
    assert picture.dtype == np.uint8


def test_a_thumbnail_at_full_size_is_the_windowed_slice():
    scan = Slice(np.linspace(-200, 300, 64, dtype=np.float32).reshape(8, 8))
    window = WINDOWS["lung"]
    expected = window_image(scan.hounsfield, window.width, window.level)
    np.testing.assert_array_equal(opened(thumbnail(scan, 8, window)), expected)


def test_a_thumbnail_without_hounsfield_units_uses_all_greys():
    values = np.linspace(0, 65535, 64 * 64, dtype=np.float32).reshape(64, 64)
    picture = opened(thumbnail(Slice(values, calibrated=False), 64))
    assert picture.min() == 0
    assert picture.max() == 255
