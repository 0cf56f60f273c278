"""Noisy linear imputation: removed pixels become a weighted mean of their neighbours."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate
from scipy.sparse import csr_array, diags_array

from ctviz.core import Mask
from ctviz.metrics.against_model import Image
from ctviz.metrics.base import Numbers
from ctviz.metrics.multigrid import Multigrid, solved

WEIGHTS = np.array([[1, 2, 1], [2, 0, 2], [1, 2, 1]]) / 12
"""1/6 for each of the four nearest neighbours, 1/12 for each diagonal one."""

NEIGHBOURS = np.argwhere(WEIGHTS > 0)
"""(8, 2) row and column of each neighbour in `WEIGHTS`."""

PRECISION = 1e-5
"""Residual of the linear system, relative to its right side: errors stay far below the noise."""


def imputation(image: Image, *, noise: float, seed: int) -> Callable[[Mask], Image]:
    r"""Return the fill that interpolates removed pixels from those that remain.

    Every removed pixel equals the weighted mean of its up to 8 neighbours, known or removed:
    one sparse, symmetric, positive definite system for each mask, solved for all pixels at once
    by `Multigrid`, whose cost grows with their number alone. A little noise then hides the smooth
    spots, whose very shape would tell the model where the map is important. The noise of a pixel
    is the same for all masks.
    Where nothing remains there is nothing to interpolate: all pixels become the image's mean.

    Rong et al., ICML 2022. arXiv:2202.00449

    Parameters
    ----------
    image
        (C, h, w), 0 to 1.
    noise
        Standard deviation of the Gaussian noise.
    seed
        What the noise is drawn from.
    """
    speckle = np.random.default_rng(seed).normal(0.0, noise, image.shape)
    total = correlate(np.ones(image.shape[1:]), WEIGHTS, mode="constant")

    def fill(removed: Mask) -> Image:
        filled = image.copy()
        if not removed.any():
            return filled
        if removed.all():
            smooth = np.broadcast_to(image.mean(axis=(1, 2))[:, None], (len(image), removed.size))
        else:
            smooth = _interpolated(image, removed, total[removed])
        filled[:, removed] = smooth + speckle[:, removed]
        return filled

    return fill


def _system(removed: Mask, total: Numbers) -> csr_array:
    """Return the matrix (n, n): a pixel's total weight, less the weight of removed neighbours."""
    pixels = len(total)
    number = np.full(np.add(removed.shape, 2), -1, np.int32)
    number[1:-1, 1:-1][removed] = np.arange(pixels)
    around = np.argwhere(removed)[:, None] + NEIGHBOURS
    neighbour: NDArray[np.int32] = number[around[..., 0], around[..., 1]]
    unknown = neighbour >= 0
    weights = np.broadcast_to(WEIGHTS[tuple(NEIGHBOURS.T)], unknown.shape)
    ends = np.concatenate([[0], np.cumsum(unknown.sum(axis=1))])
    coupling = csr_array((weights[unknown], neighbour[unknown], ends), shape=(pixels, pixels))
    return diags_array(total, format="csr") - coupling


def _interpolated(image: Image, removed: Mask, total: Numbers) -> Numbers:
    """Return the removed pixels (C, n); all channels share the system and its coarser grids."""
    system = _system(removed, total)
    level = Multigrid.of(system, np.argwhere(removed))
    known = np.where(removed, 0.0, image.astype(np.float64))
    pulls = (correlate(channel, WEIGHTS, mode="constant")[removed] for channel in known)
    return np.stack([solved(system, level, pull, precision=PRECISION) for pull in pulls])
