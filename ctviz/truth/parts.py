"""A slice whose parts are known: what each looks like, and what the slice is without it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ctviz.core import FloatMap, Mask, Slice


@dataclass(frozen=True, eq=False)
class Part:
    """Something that can be missing from a slice.

    Parameters
    ----------
    name
        What it is: ``left ventricle``, ``table``.
    mask
        (H, W) the pixels that are counted as its own.
    without
        The slice in which it is missing.
    """

    name: str
    mask: Mask
    without: Slice


@dataclass(frozen=True, eq=False)
class KnownSlice:
    """A slice and its parts.

    Parameters
    ----------
    image
        The slice.
    region
        (H, W) where one would look for the explained class: what a reader would draw.
    parts
        What can be missing; no pixel belongs to two.
    """

    image: Slice
    region: Mask
    parts: tuple[Part, ...]


def parts_of(image: Slice, without: Mapping[str, FloatMap]) -> tuple[Part, ...]:
    """Return the parts of a slice, given it (H, W) in Hounsfield units without each of them.

    A part's pixels are those that change when it is missing. Where several would change a pixel, as
    the lungs and a vessel in them, it belongs to the smallest of these, so that importance is
    counted once. Parts that are not seen, or have no pixel of their own, are left out.
    """
    changed = {name: pixels != image.hounsfield for name, pixels in without.items()}
    taken, own = np.zeros(image.shape, bool), {}
    # Names settle who is first among equals, whatever the order they come in.
    for name in sorted(changed, key=lambda each: (changed[each].sum(), each)):
        own[name] = changed[name] & ~taken
        taken |= changed[name]
    return tuple(
        Part(name, own[name], replace(image, hounsfield=pixels))
        for name, pixels in without.items()
        if own[name].any()
    )
