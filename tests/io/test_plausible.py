"""Numbers that can be Hounsfield units are taken for them, and others never."""

import numpy as np
import pytest

from ctviz.io.plausible import why_not_hounsfield, why_unproven

RNG = np.random.default_rng


def body(fill=None):
    """(8, 64, 64) of a body in air, with fat, soft tissue and bone, each with its noise."""
    numbers = RNG(0).normal(-1000, 15, (8, 64, 64))
    numbers[:, 8:56, 8:56] = RNG(1).normal(-100, 15, (8, 48, 48))
    numbers[:, 12:52, 12:52] = RNG(2).normal(50, 15, (8, 40, 40))
    numbers[:, 30:34, 30:34] = RNG(3).normal(900, 50, (8, 4, 4))
    if fill is not None:
        row, column = np.ogrid[-32:32, -32:32]
        numbers[:, row**2 + column**2 > 32**2] = fill
    return numbers.astype(np.float32)


def metal():
    numbers = body()
    numbers[:, 40:44, 40:44] = 30_000
    return numbers


POSSIBLE = {
    "a body in air": body(),
    "air cut off at -1024": np.maximum(body(), -1024),
    "values clipped to a window": np.clip(body(), -1000, 400),
    **{f"fill of {fill}": body(fill) for fill in (-1024, -2000, -3024, -8192, -32768)},
    "metal": metal(),
    "padding that is not a number": body(np.nan),
    "fat and muscle only": body()[:, 9:55, 9:29],
    "lung only": RNG(0).normal(-850, 40, (4, 64, 64)),
}

IMPOSSIBLE = {
    "a wrong sign": body() + 31_800,
    "unsigned numbers of 16 bits": RNG(0).integers(0, 65536, (64, 64)),
    "signed numbers of 16 bits": RNG(0).integers(-32768, 32768, (64, 64)),
    "an MR phase": RNG(0).integers(-4096, 4096, (64, 64)),
    "1024 subtracted twice": body() - 1024,
    "1024 not subtracted": body() + 1024,
    "one number far away": np.full((64, 64), 30_720),
    "nothing but fill": np.full((64, 64), -2000),
    "nothing finite": np.full((64, 64), np.nan),
    "no numbers": np.empty(0),
}

UNPROVEN = {
    "a picture of 8 bits": RNG(0).integers(0, 256, (64, 64)),
    "a share": RNG(0).random((64, 64)),
    "labels": RNG(0).integers(0, 5, (64, 64)),
    "labels with -1 for none": RNG(0).integers(-1, 5, (64, 64)),
    "numbers of mean 0 and deviation 1": RNG(0).normal(0, 1, (64, 64)),
    "shares between -1 and 1": RNG(0).uniform(-1, 1, (64, 64)),
    "an MR image": RNG(0).gamma(2, 200, (64, 64)),
    "an interpolated MR image": RNG(0).gamma(2, 200, (64, 64)) - 12,
    "nothing": np.zeros((64, 64)),
}


@pytest.mark.parametrize("numbers", POSSIBLE.values(), ids=POSSIBLE.keys())
@pytest.mark.parametrize("why", [why_not_hounsfield, why_unproven])
def test_a_ct_is_taken_for_one(numbers, why):
    assert why(numbers) is None


@pytest.mark.parametrize("numbers", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
@pytest.mark.parametrize("why", [why_not_hounsfield, why_unproven])
def test_what_no_body_has_is_never_calibrated(numbers, why):
    assert "Hounsfield units" in why(numbers)


@pytest.mark.parametrize("numbers", UNPROVEN.values(), ids=UNPROVEN.keys())
def test_what_may_be_anything_needs_a_file_that_says_so(numbers):
    assert "grey values" in why_unproven(numbers)


def test_a_few_numbers_are_judged_by_where_they_lie_only():
    assert why_not_hounsfield(np.arange(1000, 1024)) is None
    assert why_not_hounsfield(np.arange(30_720, 30_744)) is not None


def test_a_large_volume_is_judged_as_its_part_is():
    large = np.tile(body(), (128, 1, 1)).transpose(2, 1, 0)
    assert why_not_hounsfield(large) is None
    assert why_not_hounsfield(large + 31_800) is not None
