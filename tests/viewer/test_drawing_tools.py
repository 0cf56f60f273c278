"""What the browser makes of a drawing is what a slow look at each voxel makes of it.

The browser's modules run in node.
"""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from ctviz.core import Slice
from ctviz.io import depths_of

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


AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def slices_at(*places):
    image = np.zeros((2, 2), np.float32)
    return [Slice(image, SPACING, AXIAL, place and (0.0, 0.0, place)) for place in places]


def test_the_browser_hears_where_slices_lie_along_the_way_of_reading():
    assert depths_of(slices_at(30.0, 27.5, 20.0)) == (-30.0, -27.5, -20.0)


def test_a_lost_place_lies_between_its_neighbours_and_all_lost_are_unknown():
    assert depths_of(slices_at(30.0, None, 20.0)) == (-30.0, -25.0, -20.0)
    assert depths_of(slices_at(None, None)) is None
