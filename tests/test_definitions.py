"""docs/definitions.md tells of everything that is defined in another way than elsewhere."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.segmentation import felzenszwalb

from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "definitions.md").read_text("utf-8")
DIFFERENT = {name: cls for name, cls in {**ESTIMATORS, **METRICS}.items() if "differs" in vars(cls)}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_says_so_and_is_on_the_page(name):
    assert DIFFERENT[name].differs.endswith(".")
    assert f"`{name}`" in PAGE or name == "gradient"  # of all that take gradients


@pytest.mark.parametrize(
    "name", ["pointing-game", "insertion", "deletion", "infidelity", "gradient", "xrai"]
)
def test_known_traps_are_named(name):
    assert name in DIFFERENT


@pytest.mark.parametrize("scale", [50, 150, 500])
def test_a_grey_scan_in_three_colours_is_cut_as_at_a_scale_smaller_by_the_root_of_three(scale):
    """Distances of colours grow by √3, and only the ratio of distance and scale matters."""
    grey = gaussian_filter(np.random.default_rng(0).normal(size=(96, 96)), 4)
    grey = (grey - grey.min()) / np.ptp(grey) * 2 - 1
    colours = np.repeat(grey[..., None], 3, axis=2)

    def cut(image, scale):
        axis = -1 if image.ndim == 3 else None
        return felzenszwalb(image, scale=scale, sigma=0.8, min_size=20, channel_axis=axis)

    np.testing.assert_array_equal(cut(colours, scale * 3**0.5), cut(grey, scale))
    assert cut(colours, scale).max() > cut(grey, scale).max()
