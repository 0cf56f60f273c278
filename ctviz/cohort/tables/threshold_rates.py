"""The paper's ROC: rates of one map at fixed thresholds, to be averaged over slices."""

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Mask

STEPS = 100
THRESHOLDS = np.linspace(0.0, 1.0, STEPS + 1)
"""Of the map after its least value became 0 and its largest 1."""


def threshold_rates(
    values: FloatMap, mask: Mask
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Return the true and false positive rates (101,) of a map (H, W) at `THRESHOLDS`.

    A pixel is positive if it reaches the threshold. None for a constant map, and for a region
    that is empty or the whole image.
    """
    low, high = float(values.min()), float(values.max())
    if low == high or mask.all() or not mask.any():
        return None
    levels = ((values.astype(np.float64) - low) * (STEPS / (high - low))).astype(np.intp)
    inside = _reaching(levels[mask])
    outside = _reaching(levels.ravel()) - inside
    return (
        (inside / inside[0]).astype(np.float32),
        (outside / outside[0]).astype(np.float32),
    )


def _reaching(levels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many pixels reach each of the levels 0 to `STEPS`."""
    counts = np.bincount(levels, minlength=STEPS + 1)[: STEPS + 1]
    return np.cumsum(counts[::-1])[::-1]
