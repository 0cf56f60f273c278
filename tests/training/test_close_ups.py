import numpy as np
import pytest

from ctviz.core import InvalidInput
from ctviz.training.close_ups import close_ups
from ctviz.training.fitting import Samples

SHAPE = (40, 30)
PLACES = ((0, 0), (39, 29), (20, 11))


@pytest.fixture
def pairs():
    plain = np.random.default_rng(0).integers(-900, 900, (len(PLACES), *SHAPE), dtype=np.int16)
    slices = np.repeat(plain, 2, axis=0)
    for pair, place in enumerate(PLACES):
        slices[2 * pair + 1][place] += 500
    return Samples(slices, np.array([False, True] * 3), np.repeat(["a", "b", "c"], 2))


def test_both_slices_of_a_pair_are_cut_out_alike_around_their_difference(pairs):
    found = close_ups(pairs, 12, 5, np.random.default_rng(0))
    assert found.hounsfield.shape == (30, 12, 12)
    assert list(found.labels) == [False, True] * 15
    assert list(found.patients) == [name for name in "abc" for _ in range(10)]
    for without, with_lesion in found.hounsfield.reshape(15, 2, 12, 12):
        assert np.count_nonzero(without != with_lesion) == 1


def test_the_difference_has_no_usual_place(pairs):
    found = close_ups(pairs, 12, 40, np.random.default_rng(0)).hounsfield[160:]
    places = [np.argwhere(found[n] != found[n + 1])[0] for n in range(0, 80, 2)]
    assert np.ptp(places, axis=0).min() >= 4


def test_pairs_that_do_not_differ_are_left_out_and_some_must(pairs):
    alike = pairs.subset(np.array([0, 0]))
    mixed = alike.joined(pairs)
    draw = np.random.default_rng(0)
    assert len(close_ups(mixed, 8, 1, draw)) == 6
    with pytest.raises(InvalidInput, match="differs"):
        close_ups(alike, 8, 1, draw)


def test_what_does_not_fit_is_refused(pairs):
    with pytest.raises(InvalidInput, match="31 pixels fits into 40 × 30"):
        close_ups(pairs, 31, 1, np.random.default_rng(0))
