"""What a screen shows of a slice at first: the body and not the air around it."""

import numpy as np
import pytest

from ctviz.core import Slice
from ctviz.viz import body_frame

AIR, TISSUE = -1000.0, 40.0


def ellipse(shape, rows, columns):
    """A body with (top, bottom) and (left, right) in air."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    (top, bottom), (left, right) = rows, columns
    down = (y - (top + bottom) / 2) / ((bottom - top) / 2)
    across = (x - (left + right) / 2) / ((right - left) / 2)
    return np.where(down**2 + across**2 <= 1, TISSUE, AIR).astype(np.float32)


def case_of(*images, calibrated=True):
    return [Slice(image, calibrated=calibrated) for image in images]


def edges(frame):
    rows, columns = frame
    return rows.start, rows.stop, columns.start, columns.stop


@pytest.mark.parametrize("size", [96, 512, 700])
def test_the_body_is_framed_with_a_small_margin(size):
    image = ellipse((size, size), (0.3 * size, 0.7 * size), (0.1 * size, 0.9 * size))
    found = np.array(edges(body_frame(case_of(image)))) / size
    outside = found * [-1, 1, -1, 1] - np.array([0.3, 0.7, 0.1, 0.9]) * [-1, 1, -1, 1]
    assert (outside >= 0).all()
    assert (outside <= 0.06).all()


def test_one_frame_holds_the_body_on_every_slice():
    upper = ellipse((256, 256), (100, 150), (20, 120))
    lower = ellipse((256, 256), (110, 200), (60, 230))
    top, bottom, left, right = edges(body_frame(case_of(upper, *[lower] * 60)))
    assert top <= 100
    assert bottom >= 200
    assert left <= 20
    assert right >= 230


def test_the_table_is_no_body_but_an_arm_beside_it_is():
    image = ellipse((512, 512), (150, 330), (120, 400))
    image[400:406, 40:470] = 300.0
    assert body_frame(case_of(image))[0].stop < 360
    with_arm = np.maximum(image, ellipse((512, 512), (200, 290), (20, 100)))
    _, bottom, left, _ = edges(body_frame(case_of(with_arm)))
    assert left <= 20
    assert bottom < 360


def test_a_body_that_touches_the_edges_is_the_whole_image():
    assert edges(body_frame(case_of(np.full((200, 300), TISSUE, np.float32)))) == (0, 200, 0, 300)


@pytest.mark.parametrize(
    "image",
    [
        np.full((64, 64), AIR, np.float32),
        np.full((1, 1), TISSUE, np.float32),
        np.full((5, 90), TISSUE, np.float32),
        np.random.default_rng(0).uniform(-3000, 0, (256, 256)).astype(np.float32),
    ],
    ids=["air", "one pixel", "a line", "noise"],
)
def test_where_there_is_no_body_there_is_no_frame(image):
    assert body_frame(case_of(image)) is None


def test_grey_values_that_are_no_hounsfield_units_have_no_frame():
    image = ellipse((128, 128), (40, 90), (30, 100))
    assert body_frame(case_of(image, calibrated=False)) is None
