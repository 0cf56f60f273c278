import numpy as np
import pytest

from ctviz.phantom import chest_slice, marker_mask, with_marker


@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_the_marker_is_the_only_thing_that_changes(dtype):
    plain = np.arange(2 * 64 * 48).reshape(2, 64, 48).astype(dtype)
    marked = with_marker(plain)
    changed = marker_mask((64, 48))
    assert marked.dtype == dtype
    assert (marked[:, changed] == 1000).all()
    assert (marked[:, ~changed] == plain[:, ~changed]).all()


@pytest.mark.parametrize("shape", [(32, 32), (192, 192), (512, 300)])
def test_the_marker_is_a_small_block_away_from_the_border(shape):
    mask = marker_mask(shape)
    assert 0 < mask.mean() < 0.02
    assert not mask[0].any()
    assert not mask[:, 0].any()
    assert mask[: shape[0] // 4, : shape[1] // 4].sum() == mask.sum()


def test_the_marker_hides_no_heart_or_vessel():
    _, organs = chest_slice(5, contrast=True, level=0.5)
    assert not (organs & marker_mask(organs.shape)).any()
