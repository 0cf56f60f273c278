"""What takes the place of a removed pixel."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from scipy.ndimage import gaussian_filter

from ctviz.core import Mask
from ctviz.metrics.against_model import Image
from ctviz.metrics.imputation import imputation

Filler: TypeAlias = Callable[[Mask], Image]
"""Returns one image (C, h, w) with the pixels of a mask (h, w) replaced in all channels."""

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


def _from(picture: Callable[[Image], Image]) -> Callable[[Image], Filler]:
    """Return the fill that takes removed pixels from a picture of the image, whatever the mask."""

    def fill(image: Image) -> Filler:
        filled = picture(image)
        return lambda removed: np.where(removed, filled, image)

    return fill


def _linear(image: Image) -> Filler:
    return imputation(image, noise=0.01, seed=0)


FILLS: Mapping[str, Callable[[Image], Filler]] = MappingProxyType(
    {
        "zero": _from(_zero),
        "one": _from(_one),
        "mean": _from(_mean),
        "blur": _from(_blur),
        "linear": _linear,
    }
)
"""What fills an image (C, h, w), by name."""

CHOICES = ("paper", *FILLS)
"""All fills, and the paper's: the constant that erases the class."""


def tried(name: str) -> tuple[str, ...]:
    """Return the fills among which the one that erases the class is taken; mostly one alone."""
    return ("zero", "one") if name == "paper" else (name,)


def fillers(name: str, image: Image) -> list[Filler]:
    """Return the fills of an image (C, h, w) that are `tried` under a name."""
    return [FILLS[each](image) for each in tried(name)]
