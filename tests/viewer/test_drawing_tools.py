"""What the browser makes of a drawing is what a slow look at each voxel makes of it.

The browser's modules run in node.
"""

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

FRONTEND = Path(__file__).parent / "frontend"
EVEN = [10.0, 12.5, 15.0, 17.5, 20.0, 22.5]
UNEVEN = [30.0, 27.5, 25.0, 20.0, 19.0, 12.0]
SPACING = (0.9, 0.6)
seeds = pytest.mark.parametrize("seed", range(5))


@pytest.fixture(scope="module")
def browser():
    """Let the browser's modules do several things: each is (what, what is given)."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, so the browser is not compared with Python")

    def do(*asked):
        run = subprocess.run(
            [node, str(FRONTEND / "tools.mjs")],
            input=json.dumps([{"does": does, **given} for does, given in asked]),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return do


def stack_of(seed, *, slices=6, shape=(20, 24), labels=2):
    """Labelled slices, (S, H, W), with lumps of each label."""
    rng = np.random.default_rng(seed)
    fields = [
        ndimage.gaussian_filter(rng.normal(size=(slices, *shape)), 2) for _ in range(labels + 1)
    ]
    return np.argmax(fields, axis=0).astype(np.uint8)


def amount(stack, label, depths):
    given = {"stack": stack.tolist(), "label": label, "spacing": SPACING, "depths": depths}
    return "amount", given


@seeds
@pytest.mark.parametrize("depths", [EVEN, UNEVEN], ids=["even", "uneven"])
def test_a_volume_is_the_sum_of_what_each_slice_stands_for(browser, seed, depths):
    stack = stack_of(seed)
    # Each slice stands for the points of the stack that are nearer to it than to any other.
    fine = np.linspace(min(depths) - 50, max(depths) + 50, 200_001)
    nearest = np.abs(fine[:, None] - np.array(depths)).argmin(axis=1)
    ends = {k: abs(np.diff(depths))[-1 if k else 0] / 2 for k in (0, len(depths) - 1)}
    for k, reach in ends.items():
        nearest[(nearest == k) & (np.abs(fine - depths[k]) > reach)] = -1
    stands = np.bincount(nearest[nearest >= 0]) * (fine[1] - fine[0])
    (found, other) = browser(amount(stack, 1, depths), amount(stack, 2, depths))
    for label, told in ((1, found), (2, other)):
        pixels = (stack == label).sum(axis=(1, 2))
        expected = (pixels * stands).sum() * np.prod(SPACING) / 1000
        assert told["volume"] == pytest.approx(expected, rel=1e-3)
        assert told["pixels"] == pixels.sum()
        assert told["slices"] == (pixels > 0).sum()


def test_in_an_even_stack_a_voxel_is_the_product_of_its_sides(browser):
    stack = stack_of(0)
    (told,) = browser(amount(stack, 1, EVEN))
    assert told["volume"] == pytest.approx((stack == 1).sum() * 0.9 * 0.6 * 2.5 / 1000)


@pytest.mark.parametrize("depths", [None, [7.0]], ids=["unknown places", "one slice"])
def test_without_a_stack_there_is_an_area_only(browser, depths):
    stack = stack_of(1, slices=1)
    (told,) = browser(amount(stack, 1, depths))
    assert told["volume"] is None
    assert told["area"] == pytest.approx((stack == 1).sum() * 0.9 * 0.6)


def drawn(told, like):
    return np.array(told, np.uint8).reshape(like.shape)


def tissue(seed, slices=6, shape=(20, 24)):
    """Whole Hounsfield units, (S, H, W), with lumps."""
    rng = np.random.default_rng(seed)
    return np.rint(1000 * ndimage.gaussian_filter(rng.normal(size=(slices, *shape)), 1.2))


@seeds
@pytest.mark.parametrize("deep", [False, True], ids=["on its slice", "through the series"])
def test_what_grows_is_the_connected_part_in_the_range_that_holds_the_seed(browser, seed, deep):
    values = tissue(seed)
    slice_index, row, column = 2, 9, 13
    value = values[slice_index, row, column]
    low, high = value - 60, value + 60
    first, last = (1, 4) if deep else (slice_index, slice_index)
    fits = (values >= low) & (values <= high)
    fits[:first] = fits[last + 1 :] = False
    # Over edges on a slice and over faces in a volume: what scipy does if not told otherwise.
    pieces, _ = ndimage.label(fits)
    expected = pieces == pieces[slice_index, row, column]
    place = {"slice": slice_index, "index": row * values.shape[2] + column}
    given = {"values": values.tolist(), "seed": place, "low": low, "high": high}
    (told,) = browser(("grow", given | {"first": first, "last": last}))
    np.testing.assert_array_equal(drawn(told, values) > 0, expected)
    assert 4 < expected.sum() < fits.sum()


@seeds
@pytest.mark.parametrize("radius", [0.8, 2.0])
def test_smoothing_takes_the_pixels_that_hold_most_of_each_blurred_piece(browser, seed, radius):
    stack = stack_of(seed, shape=(40, 48))
    # Rough edges, and a piece at the edge of the picture.
    noise = np.random.default_rng(seed + 50).random(stack.shape) < 0.08
    stack[noise & (stack < 2)] = 1
    given = {"stack": stack.tolist(), "label": 1, "spacing": SPACING, "radius": radius}
    (told,) = browser(("smooth", given))
    for found, labels in zip(drawn(told, stack), stack, strict=True):
        np.testing.assert_array_equal(found, smoothed_slowly(labels, radius))


def smoothed_slowly(labels, radius):
    result = np.where(labels == 1, 0, labels)
    pieces, count = ndimage.label(labels == 1, structure=np.ones((3, 3)))
    sigma = tuple(radius / size for size in SPACING)
    for piece in range(1, count + 1):
        mask = (pieces == piece).astype(float)
        held = np.round(ndimage.gaussian_filter(mask, sigma, mode="nearest") * 1e6)
        free = labels < 2
        least = max(1, np.sort(held[free])[-int(mask.sum())])
        # Pixels may hold equally much: all of them are taken or none, whichever keeps the area.
        more, fewer = free & (held >= least), free & (held > least)
        above = fewer.any() and mask.sum() - fewer.sum() < more.sum() - mask.sum()
        result[fewer if above else more] = 1
    return result


def test_smoothing_keeps_the_area_of_a_square_of_whose_edges_all_pixels_are_equal(browser):
    stack = np.zeros((1, 120, 120), np.uint8)
    stack[0, 20:100, 20:100] = 1
    given = {"stack": stack.tolist(), "label": 1, "spacing": SPACING, "radius": 2.0}
    (told,) = browser(("smooth", given))
    assert area_of(told, stack) == pytest.approx(stack.sum(), rel=0.01)
    assert area_of(told, stack) < stack.sum()


def area_of(told, like):
    return (drawn(told, like) == 1).sum()


@pytest.mark.parametrize("radius", [0.8, 1.5, 3.0])
def test_smoothing_keeps_the_area_within_three_percent(browser, radius):
    rows, columns = np.indices((120, 140))
    angle = np.arctan2(rows - 60, columns - 70)
    reach = 36 + 4 * np.sin(5 * angle) + np.random.default_rng(1).normal(0, 1.5, rows.shape)
    stack = (np.hypot(rows - 60, columns - 70) < reach).astype(np.uint8)[None]
    given = {"stack": stack.tolist(), "label": 1, "spacing": SPACING, "radius": radius}
    (told,) = browser(("smooth", given))
    assert area_of(told, stack) == pytest.approx(stack.sum(), rel=0.03)
    assert edge_of(drawn(told, stack)[0]) < 0.8 * edge_of(stack[0])


def edge_of(mask):
    return sum(np.abs(np.diff(mask.astype(int), axis=axis)).sum() for axis in (0, 1))


@pytest.mark.parametrize("depths", [EVEN, UNEVEN], ids=["even", "uneven"])
@pytest.mark.parametrize("size", [1, 9, 17])
def test_a_ball_draws_each_voxel_within_its_radius_of_the_stroke(browser, depths, size):
    stack = np.zeros((6, 30, 40), np.uint8)
    points = [(18.3, 12.7), (22.1, 15.2), (25.0, 15.2)]
    given = {
        "stack": stack.tolist(),
        "slice": 3,
        "points": [{"x": x, "y": y} for x, y in points],
        "size": size,
        "spacing": SPACING,
        "depths": depths,
    }
    (told,) = browser(("ball", given))
    found = drawn(told, stack) > 0
    steps = np.concatenate([np.linspace(a, b, 400) for a, b in pairwise(points)])
    z, y, x = np.indices(stack.shape)
    lies = np.stack([(y + 0.5) * SPACING[0], (x + 0.5) * SPACING[1]], axis=-1)
    stroke = steps[:, ::-1] * SPACING
    flat = np.min([np.hypot(*np.moveaxis(lies - one, -1, 0)) for one in stroke[::4]], axis=0)
    away = np.hypot(flat, np.array(depths)[z] - depths[3])
    radius = size / 2 * SPACING[1]
    sure = np.abs(away - radius) > 0.02
    # On its own slice the smallest brush draws the pixel under it.
    under = np.zeros_like(found)
    under[3, steps[:, 1].astype(int), steps[:, 0].astype(int)] = True
    np.testing.assert_array_equal(found[sure & ~under], (away < radius)[sure & ~under])
    assert found[3].any()
    assert found.any(axis=(1, 2)).sum() == (np.abs(np.subtract(depths, depths[3])) <= radius).sum()


@seeds
def test_filling_blends_signed_distances_by_true_places(browser, seed):
    stack = np.zeros((6, 30, 40), np.uint8)
    for k in (0, 5):
        stack[k] = stack_of(seed * 7 + k, slices=1, shape=(30, 40), labels=1)[0]
        stack[k, :6] = 0
    stack[2, 10:14, 10:30] = 2
    given = {"stack": stack.tolist(), "slice": 2, "label": 1, "spacing": SPACING}
    (told,) = browser(("fill", given | {"depths": UNEVEN}))
    found = drawn(told, stack)
    start, end = (signed_distance(stack[k] == 1) for k in (0, 5))
    for k in range(1, 5):
        share = (UNEVEN[k] - UNEVEN[0]) / (UNEVEN[5] - UNEVEN[0])
        blend = (1 - share) * start + share * end
        free = (stack[k] != 2) & (np.abs(blend) > 1e-9)
        np.testing.assert_array_equal((found[k] == 1)[free], (blend < 0)[free])
        np.testing.assert_array_equal(found[k] == 2, stack[k] == 2)


def signed_distance(mask):
    outside, inside = (
        ndimage.distance_transform_edt(part, sampling=SPACING) for part in (~mask, mask)
    )
    return outside - inside
