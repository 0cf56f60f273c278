import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import interpolate

from ctviz.core import InvalidInput, Slice
from ctviz.models.grid import Manner, Placement

SHAPES = [(64, 64), (60, 90), (90, 41), (17, 200)]
SPACINGS = [None, (1.0, 1.0), (0.7, 1.4), (2.0, 0.5)]


def centre_of_mass(image):
    rows, columns = np.indices(image.shape)
    return (rows * image).sum() / image.sum(), (columns * image).sum() / image.sum()


def blob(shape, at, width):
    rows, columns = np.indices(shape)
    return np.exp(-((rows - at[0]) ** 2 + (columns - at[1]) ** 2) / (2 * width**2))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_blob_comes_back_at_its_place(shape, spacing):
    at = (0.4 * shape[0], 0.55 * shape[1])
    image = blob(shape, at, width=min(shape) / 12).astype(np.float32)
    placement = Placement.of(Slice(image, spacing), (192, 160))
    there = placement.to_network(torch.from_numpy(image), 0.0)
    back = placement.to_scan(there.numpy())
    assert back.shape == shape
    assert centre_of_mass(back) == pytest.approx(at, abs=0.3)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_disc_is_round_on_the_network_grid_whatever_the_pixels(spacing):
    down, along = spacing or (1.0, 1.0)
    rows, columns = np.indices((120, 100))
    disc = np.hypot((rows - 60) * down, (columns - 50) * along) < 15
    image = Slice(disc.astype(np.float32), spacing)
    there = Placement.of(image, (256, 256)).to_network(torch.tensor(image.hounsfield), 0.0)
    marked = there.numpy() > 0.5
    assert marked.any(axis=1).sum() == pytest.approx(marked.any(axis=0).sum(), abs=2)


@given(
    rows=st.integers(1, 300),
    columns=st.integers(1, 300),
    down=st.floats(0.2, 5),
    along=st.floats(0.2, 5),
)
def test_the_scan_always_lies_inside_and_fills_one_direction(rows, columns, down, along):
    image = Slice(np.zeros((rows, columns), np.float32), (down, along))
    placement = Placement.of(image, (40, 56))
    for start, content, cells in zip(
        placement.corner, placement.content, placement.size, strict=True
    ):
        assert start >= 0
        assert content >= 1
        assert start + content <= cells
    assert placement.content[0] == 40 or placement.content[1] == 56


def test_what_lies_beside_the_scan_is_the_fill():
    image = Slice(np.ones((10, 20), np.float32))
    there = Placement.of(image, (20, 20)).to_network(torch.ones(10, 20), -7.0)
    assert (there[:5] == -7).all()
    assert (there[5:15] == 1).all()
    assert (there[15:] == -7).all()


placements = st.builds(
    lambda scan, spacing, size: Placement.of(Slice(np.zeros(scan, np.float32), spacing), size),
    scan=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    spacing=st.sampled_from(SPACINGS),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)


@given(placements, st.integers(0, 2**32 - 1))
def test_a_map_comes_back_bilinearly(placement, seed):
    values = np.random.default_rng(seed).normal(size=placement.size).astype(np.float32)
    (top, left), (rows, columns) = placement.corner, placement.content
    inside = torch.from_numpy(values)[None, None, top : top + rows, left : left + columns]
    expected = interpolate(inside, placement.scan, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(placement.to_scan(values), expected[0, 0], atol=1e-4)


@given(placements, st.floats(-(2.0**99), 2.0**99, width=32))
def test_between_equal_values_lies_exactly_that_value(placement, value):
    assert np.unique(placement.to_scan(np.full(placement.size, value, np.float32))) == [value]


@given(placements, st.integers(0, 2**32 - 1))
def test_levels_come_back_whole_and_none_comes_between(placement, seed):
    """Each pixel has the value of the cell that its centre lies in."""
    values = np.random.default_rng(seed).normal(size=placement.size).astype(np.float32)
    rows, columns = (
        [start + math.floor(Fraction(2 * pixel + 1, 2 * pixels) * cells) for pixel in range(pixels)]
        for start, cells, pixels in zip(
            placement.corner, placement.content, placement.scan, strict=True
        )
    )
    np.testing.assert_array_equal(placement.levels_to_scan(values), values[np.ix_(rows, columns)])


WIDE = Slice(np.arange(8 * 16, dtype=np.float32).reshape(8, 16), (1.0, 1.0))


def test_a_scan_that_fills_the_grid_keeps_its_aspect_and_loses_its_sides():
    placement = Placement.of(WIDE, (8, 8), Manner("filled"))
    assert (placement.content, placement.corner) == ((8, 16), (0, -4))
    there = placement.to_network(torch.tensor(WIDE.hounsfield), 0.0)
    np.testing.assert_allclose(there, WIDE.hounsfield[:, 4:12], atol=1e-4)
    back = placement.to_scan(np.ones((8, 8), np.float32))
    np.testing.assert_array_equal(back[:, 4:12], 1)
    assert not back[:, :4].any()
    assert not back[:, 12:].any()


def test_a_stretched_scan_covers_the_grid():
    placement = Placement.of(WIDE, (8, 8), Manner("stretched"))
    assert (placement.content, placement.corner) == ((8, 8), (0, 0))
    np.testing.assert_array_equal(placement.to_scan(np.ones((8, 8), np.float32)), 1)


def test_a_zoom_is_a_resize_before_a_cut():
    square = Slice(np.random.default_rng(0).normal(size=(512, 512)).astype(np.float32), (1.0, 1.0))
    placement = Placement.of(square, (224, 224), Manner(zoom=256 / 224))
    assert (placement.content, placement.corner) == ((256, 256), (-16, -16))
    pixels = torch.tensor(square.hounsfield)
    resized = interpolate(pixels[None, None], (256, 256), mode="bilinear", antialias=True)[0, 0]
    torch.testing.assert_close(placement.to_network(pixels, 0.0), resized[16:240, 16:240])
    assert not placement.to_scan(np.ones((224, 224), np.float32))[:30].any()
    assert placement.levels_to_scan(np.ones((224, 224), np.float32)).mean() == pytest.approx(
        (224 / 256) ** 2, rel=1e-3
    )


def test_a_slice_that_would_need_all_memory_is_refused():
    thin = Slice(np.zeros((100_000, 1), np.float32), (1.0, 1.0))
    with pytest.raises(InvalidInput, match="long and narrow"):
        Placement.of(thin, (224, 224), Manner("filled"))
