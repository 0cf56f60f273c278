import numpy as np
import pytest

from ctviz.core import InvalidParameter
from ctviz.viz import WINDOWS, Window, grey_range, window_image


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS.keys())
def test_a_window_runs_from_black_to_white_around_its_level(window):
    low, high = window.level - window.width / 2, window.level + window.width / 2
    hounsfield = np.array([[low - 500, low, window.level, high, high + 500]], np.float32)
    grey = window_image(hounsfield, window.width, window.level)
    assert grey.dtype == np.uint8
    assert grey[0, [0, 1, 3, 4]].tolist() == [0, 0, 255, 255]
    assert abs(int(grey[0, 2]) - 127.5) <= 0.5


def test_brighter_pixels_are_never_darker_on_the_screen():
    hounsfield = np.linspace(-1024, 3071, 5000, dtype=np.float32)[None]
    assert (np.diff(window_image(hounsfield, 400, 40)[0].astype(int)) >= 0).all()


def test_every_window_has_its_own_key():
    assert sorted(window.key for window in WINDOWS.values()) == list("123456")


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


def test_a_window_between_two_values_has_its_level_in_the_middle():
    assert Window.between("Mine", -100, 300) == Window("Mine", width=400, level=100)
