import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ctviz.core import CtvizError
from ctviz.ui.viewer import InvalidDrawing, decode_runs, encode_runs

label_images = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 3)
)


@given(label_images)
def test_decoding_undoes_encoding(labels):
    np.testing.assert_array_equal(decode_runs(encode_runs(labels), labels.shape), labels)


@given(label_images)
def test_runs_are_plain_ascending_and_as_long_as_what_is_drawn(labels):
    runs = encode_runs(labels)
    assert all(type(number) is int for number in runs)
    assert runs[::3] == sorted(runs[::3])
    assert sum(runs[1::3]) == np.count_nonzero(labels)


def test_runs_follow_the_rows():
    labels = np.array([[0, 1, 1], [1, 2, 0]], np.uint8)
    assert encode_runs(labels) == [1, 3, 1, 4, 1, 2]


@pytest.mark.parametrize(
    "runs",
    [
        None,
        "123",
        {"0": 1},
        [0, 1],
        [0, 1, 1, 2],
        [0.0, 1, 1],
        [True, 1, 1],
        ["0", 1, 1],
        [[0, 1, 1]],
        [-1, 1, 1],
        [0, 0, 1],
        [0, -2, 1],
        [0, 1, 0],
        [0, 1, 256],
        [0, 13, 1],
        [11, 2, 1],
        [3, 2, 1, 4, 1, 1],
        [5, 1, 1, 2, 1, 1],
        [0, 2**62, 1],
        [2**70, 1, 1],
    ],
    ids=repr,
)
def test_refuses_runs_that_do_not_fit_a_slice_of_twelve_pixels(runs):
    with pytest.raises(InvalidDrawing, match="draw it again"):
        decode_runs(runs, (3, 4))


@given(st.lists(st.integers(-3, 40), max_size=12))
def test_any_list_of_numbers_is_either_decoded_or_refused(runs):
    try:
        labels = decode_runs(runs, (5, 6))
    except CtvizError:
        return
    np.testing.assert_array_equal(decode_runs(encode_runs(labels), (5, 6)), labels)
