"""Whether numbers can be Hounsfield units at all, whatever their file claims.

On Hounsfield's scale air has -1000, water 0, dense bone up to 2000, and 12 bits end at 3071. Metal
reaches beyond, and padding stays below, but neither fills a scan. So the numbers of a scan are
impossible if a quarter of them, or half a slice, is denser than 3071 or lighter than air by more
than noise, not counting one fill value; and in an image of the width of a body, if nothing is as
light as fat, lung or air while soft tissue is missing or stands where a forgotten offset puts it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctviz.io.volume import Plane

DENSEST_HU = 3071
LIGHTEST_HU = -1250
SHARE_OF_SCAN = 0.25
SHARE_OF_SLICE = 0.5

BODY_MM = 100.0
"""A narrower image may show nothing but bone."""

LIGHT_HU = -200
LIGHT_SHARE = 0.001
SOFT_TISSUE_HU = (-200, 300)
SOFT_TISSUE_SHARE = 0.05
OFFSET_TISSUE_HU = (800, 1300)
OFFSET_SHARE = 0.2

CONCLUSION = "so they are not Hounsfield units, whatever the file says."


def why_impossible(pixels: NDArray[np.generic], planes: Sequence[Plane]) -> str:
    """Return a sentence on why the numbers of a scan are no Hounsfield units, or nothing.

    Parameters
    ----------
    pixels
        (S, H, W).
    planes
        One per slice.
    """
    dense = [_share(np.greater(image, DENSEST_HU)) for image in pixels]
    if _too_many(dense):
        return f"Much of the scan is denser than any tissue (above {DENSEST_HU}), {CONCLUSION}"
    if _too_many([_share(_below_air(image)) for image in pixels]):
        return f"Much of the scan is lighter than air (below {LIGHTEST_HU}), {CONCLUSION}"
    if _is_wide(pixels, planes[0]) and _lacks_a_body(pixels):
        return (
            f"The scan shows neither air nor fat, but much that is as dense as bone, {CONCLUSION}"
        )
    return ""


def _share(pixels: NDArray[np.bool_]) -> float:
    """Return the share of pixels for which something holds."""
    return float(pixels.mean())


def _too_many(shares: list[float]) -> bool:
    """Whether impossible numbers fill too much of the scan or of one slice."""
    return float(np.mean(shares)) > SHARE_OF_SCAN or max(shares) > SHARE_OF_SLICE


def _below_air(image: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return where a slice is lighter than air, without what a scanner fills its corners with."""
    below: NDArray[np.bool_] = np.less(image, LIGHTEST_HU) & np.not_equal(image, image.min())
    return below


def _is_wide(pixels: NDArray[np.generic], plane: Plane) -> bool:
    """Whether an image is as wide and high as a part of the body."""
    if plane.spacing_mm is None:
        return False
    sides_mm = np.multiply(pixels.shape[1:], plane.spacing_mm)
    return bool(sides_mm.min() >= BODY_MM)


def _lacks_a_body(pixels: NDArray[np.generic]) -> bool:
    """Whether a wide scan holds nothing light, and its tissue is missing or displaced."""

    def share(low: float, high: float) -> float:
        return float(np.mean([_share((low <= image) & (image <= high)) for image in pixels]))

    if share(-np.inf, LIGHT_HU) >= LIGHT_SHARE:
        return False
    return share(*SOFT_TISSUE_HU) < SOFT_TISSUE_SHARE or share(*OFFSET_TISSUE_HU) >= OFFSET_SHARE
