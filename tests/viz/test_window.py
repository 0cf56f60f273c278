import numpy as np
import pytest

from ctviz.core import InvalidParameter, Slice
from ctviz.viz import WINDOWS, Window, grey_range, opening_window, window_image


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS.keys())
def test_a_window_follows_dicoms_linear_function(window):
    """PS3.3 C.11.2.1.2.1, pixel by pixel: width - 1 steps about level - 0.5."""
    low = window.level - 0.5 - (window.width - 1) / 2
    high = window.level - 0.5 + (window.width - 1) / 2
    hounsfield = np.arange(low - 500, high + 500, dtype=np.float32)
    grey = window_image(hounsfield[None], window.width, window.level)[0]
    assert grey.dtype == np.uint8
    for value, shown in zip(hounsfield.tolist(), grey.tolist(), strict=True):
        if value <= low:
            assert shown == 0
        elif value > high:
            assert shown == 255
        else:
            share = (value - (window.level - 0.5)) / (window.width - 1) + 0.5
            assert abs(shown - 255 * share) <= 0.5


def test_a_window_of_width_one_is_a_threshold_at_its_level():
    hounsfield = np.array([[38, 39, 39.4, 40, 41]], np.float32)
    assert window_image(hounsfield, 1, 40).tolist() == [[0, 0, 0, 255, 255]]


def test_brighter_pixels_are_never_darker_on_the_screen():
    hounsfield = np.linspace(-1024, 3071, 5000, dtype=np.float32)[None]
    assert (np.diff(window_image(hounsfield, 400, 40)[0].astype(int)) >= 0).all()


@pytest.mark.parametrize("width", [0, -400, float("nan")])
def test_a_window_without_width_is_refused(width):
    with pytest.raises(InvalidParameter, match="positive"):
        window_image(np.zeros((2, 2), np.float32), width, 40)


def test_grey_values_without_hounsfield_units_are_shown_without_their_outliers():
    values = np.linspace(0, 1000, 10_000, dtype=np.float32)
    values[0] = 1e6
    window = grey_range(values.reshape(100, 100))
    assert window.level == pytest.approx(500, rel=0.02)
    assert window.width == pytest.approx(990, rel=0.02)


def test_a_constant_image_has_a_window_too():
    window = grey_range(np.full((4, 4), 7, np.float32))
    assert window_image(np.full((4, 4), 7, np.float32), window.width, window.level).shape == (4, 4)


@pytest.mark.parametrize(("low", "high"), [(-100, 300), (0, 65535), (0, 0.5), (7, 7)])
def test_a_window_between_two_values_is_black_at_one_and_white_at_the_other(low, high):
    window = Window.between("Mine", low, high)
    ends = np.array([[low - 1, low, high, high + 1]], np.float32)
    white = 255 if high > low else 0
    assert window_image(ends, window.width, window.level).tolist() == [[0, 0, white, 255]]


def test_a_ct_opens_in_the_soft_tissue_window_and_a_picture_in_its_own_greys():
    values = np.linspace(0, 9, 100, dtype=np.float32).reshape(10, 10)
    assert opening_window(Slice(values)) == WINDOWS["soft-tissue"]
    assert opening_window(Slice(values, calibrated=False)) == grey_range(values)
