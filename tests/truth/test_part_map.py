import numpy as np
import pytest

from ctviz.core import Slice
from ctviz.truth import Part, PartMap, importance_of_parts

ROWS, COLUMNS = np.mgrid[:5, :7]
MASKS = {"heart": (ROWS < 2) & (COLUMNS < 3), "spine": ROWS == 4}


@pytest.fixture
def parts():
    without = Slice(np.zeros((5, 7), np.float32))
    return [Part(name, mask, without) for name, mask in MASKS.items()]


def test_numbers_are_painted_on_the_pixels_of_their_parts(parts):
    painted = PartMap.of(parts, (5, 7)).painted(np.array([2.0, -3.0]))
    expected = 2.0 * MASKS["heart"] - 3.0 * MASKS["spine"]
    np.testing.assert_array_equal(painted, expected)
    assert painted.dtype == np.float32


@pytest.mark.parametrize("sign", ["signed", "absolute"])
def test_sums_are_the_importance_of_the_parts(parts, sign):
    values = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    sums = PartMap.of(parts, (5, 7)).sums(values, sign)
    np.testing.assert_allclose(sums, importance_of_parts(values, parts, sign))


def test_a_part_without_a_pixel_has_no_importance():
    owners = np.full((2, 2), -1)
    owners[0, 0] = 0
    sums = PartMap(("seen", "hidden"), owners).sums(np.ones((2, 2), np.float32), "signed")
    assert sums.tolist() == [1.0, 0.0]
