import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ctviz.core import InvalidInput
from ctviz.store import decode_mask, encode_mask


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_every_mask_comes_back_as_it_was(mask):
    np.testing.assert_array_equal(decode_mask(encode_mask(mask), mask.shape), mask)


@given(st.binary(max_size=60))
def test_damaged_code_is_refused_or_is_a_mask(code):
    with suppress(InvalidInput):
        assert decode_mask(code, (5, 7)).shape == (5, 7)


def test_the_runs_alternate_from_unmarked_pixels():
    runs = zlib.decompress(encode_mask(np.array([[True, False, False], [False, True, True]])))
    assert np.frombuffer(runs, "<u4").tolist() == [0, 1, 3, 2]


def test_a_drawing_takes_far_fewer_bytes_than_pixels():
    rows, columns = np.ogrid[:512, :512]
    disc = (rows - 200) ** 2 + (columns - 300) ** 2 < 90**2
    assert len(encode_mask(disc)) < disc.size / 200


def test_a_code_that_unpacks_to_more_than_the_mask_is_refused():
    bomb = zlib.compress(bytes(10_000_000))
    with pytest.raises(InvalidInput, match="damaged"):
        decode_mask(bomb, (4, 4))


def test_a_code_of_another_size_is_refused():
    with pytest.raises(InvalidInput, match="4 × 5 pixels"):
        decode_mask(encode_mask(np.ones((4, 4), np.bool_)), (4, 5))
