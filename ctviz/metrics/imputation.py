"""Noisy linear imputation: removed pixels become a weighted mean of their neighbours."""

from collections.abc import Callable

import numpy as np

from ctviz.core import Mask
from ctviz.metrics.against_model import Image
from ctviz.metrics.multigrid import Grid, Multigrid, Pixels, framed, neighbours

ERROR = 1e-3
"""How far an interpolated pixel may be from its value: far below the noise."""


def imputation(image: Image, *, noise: float, seed: int) -> Callable[[Mask], Image]:
    r"""Return the fill that interpolates removed pixels from those that remain.

    Every removed pixel equals the weighted mean of its up to 8 neighbours, known or removed, 1/6
    for each of the four nearest and 1/12 for each diagonal one: one sparse, symmetric, positive
    definite system for each mask, solved for all pixels at once by `Multigrid`, whose cost grows
    with their number alone. A little noise then hides the smooth spots, whose very shape would
    tell the model where the map is important. The noise of a pixel is the same for all masks.
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
    speckle = np.random.default_rng(seed).normal(0.0, noise, image.shape).astype(np.float32)
    total = neighbours(framed(np.ones(image.shape[1:])))

    def fill(removed: Mask) -> Image:
        if not removed.any():
            return image.copy()
        if removed.all():
            smooth = np.broadcast_to(image.mean(axis=(1, 2), keepdims=True), image.shape)
        else:
            smooth = _interpolated(image, removed, total)
        return np.where(removed, smooth + speckle, image)

    return fill


def _interpolated(image: Image, removed: Mask, total: Grid) -> Image:
    """Return an image (C, h, w) whose removed pixels are right; channels share the system."""
    unknown = framed(removed)
    grids = Multigrid.of(Pixels.of(unknown, total))
    height, width = removed.shape
    channels = []
    for channel in image:
        # Their mean is the first guess, so that an even image needs no step at all.
        middle = channel[~removed].mean()
        pull = unknown * neighbours(framed(np.where(removed, 0, channel - middle)))
        solution = grids.solved(pull, error=ERROR)
        channels.append(solution[1 : 1 + height, 1 : 1 + width] + middle)
    return np.stack(channels)
