import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.superpixels import superpixels, tiles


def images():
    """Images of many kinds, (1, 1, h, w), on which SLIC finds too few pieces or too many."""
    noise = torch.rand(1, 1, 48, 40, generator=torch.Generator().manual_seed(1)).double()
    ramp = torch.linspace(0, 1, 48).double()[:, None].expand(48, 40)[None, None]
    dots = (noise > 0.98).double()
    return {
        "noise": noise,
        "even": torch.full_like(noise, 0.4),
        "ramp": ramp,
        "dots": dots,
        "halves": (ramp > 0.5).double(),
        "narrow": noise[..., :3],
        "tiny": noise[..., :5, :4],
        "colours": torch.cat([noise, ramp, dots], 1),
        "half precision": noise.half(),
        "bfloat16": noise.bfloat16(),
    }


@pytest.mark.parametrize("count", [2, 3, 6, 7, 36, 100, 400])
@pytest.mark.parametrize("kind", images())
def test_there_are_as_many_as_asked_to_a_quarter(kind, count):
    image = images()[kind]
    pieces = superpixels(image, count)
    wanted = min(count, pieces.size)
    assert pieces.shape == image.shape[-2:]
    assert sorted(set(pieces.ravel())) == list(range(pieces.max() + 1))
    assert abs(pieces.max() + 1 - wanted) <= wanted / 4


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 400))
def test_tiles_are_exactly_as_many_as_asked(height, width, count):
    count = min(count, height * width)
    pieces = tiles(height, width, count)
    assert pieces.shape == (height, width)
    assert sorted(set(pieces.ravel())) == list(range(count))


@pytest.mark.parametrize("name", ["lime", "kernel-shap"])
def test_an_even_image_has_a_map_that_knows_where_the_network_looks(name, linear, scan):
    """SLIC takes it for one piece, whose map would be constant."""
    values = ESTIMATORS[name]()(linear, torch.full_like(scan, 0.4), 1)
    assert len(np.unique(values)) > 20
