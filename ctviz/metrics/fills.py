"""What takes the place of a removed pixel."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Image: TypeAlias = NDArray[np.float32]
"""(C, h, w), 0 (bottom of the window) to 1 (top)."""

BLUR = 1 / 16
"""Standard deviation of the blur as a share of the shorter side: organs remain, vessels do not."""


def _zero(image: Image) -> Image:
    return np.zeros_like(image)


def _one(image: Image) -> Image:
    return np.ones_like(image)


def _mean(image: Image) -> Image:
    return np.broadcast_to(image.mean(axis=(1, 2), keepdims=True), image.shape)


def _blur(image: Image) -> Image:
    sigma = BLUR * min(image.shape[1:])
    return np.asarray(gaussian_filter(image, (0.0, sigma, sigma), mode="nearest"), np.float32)


FILLS: Mapping[str, Callable[[Image], Image]] = MappingProxyType(
    {"zero": _zero, "one": _one, "mean": _mean, "blur": _blur}
)
"""The filled image (C, h, w) for an image (C, h, w), by name."""
