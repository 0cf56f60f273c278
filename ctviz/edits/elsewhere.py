"""The control of an edit: the same change at random other places of the body.

What a model makes of it there says how much any such change would do.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, distance_transform_edt, label

from ctviz.core import InvalidInput, Mask, Slice

SKIN_HU = -500
"""Between air and fat."""
AIRY_HU = -200
"""Between lung and fat."""


def elsewhere(image: Slice, edited: Slice, *, count: int, seed: int) -> Iterator[Slice]:
    """Yield the slice with the same change at so many other places, drawn at random.

    The changed area is moved as it is. What of it would leave the body, or lie where the edit was,
    goes to the nearest free pixels instead: so the area, the mean change and all its values are the
    same at every place. What was no air goes to no air, for a model may not see a change there.

    Raises
    ------
    InvalidInput
        If the edit changes nothing, or too much to be anywhere else as well.
    """
    before = image.hounsfield.astype(np.float64)
    change = edited.hounsfield.astype(np.float64) - before
    where = change != 0
    if not where.any():
        raise InvalidInput("The edit changes nothing, so there is nothing to try elsewhere.")
    free = _like(image, where) & ~where
    if free.sum() < where.sum():
        raise InvalidInput(
            "What is drawn takes so much of the body that it fits nowhere else; draw a smaller "
            "region."
        )
    rng = np.random.default_rng(seed)
    places = np.argwhere(free)
    for place in places[rng.integers(len(places), size=count)]:
        moved = _moved(change, where, free, place)
        yield replace(image, hounsfield=(before + moved).astype(np.float32))


def body(image: Slice) -> Mask:
    """Return the patient, (H, W): the largest thing that is not air, with what lies inside."""
    parts, count = label(image.hounsfield > SKIN_HU)
    if count == 0:
        return np.zeros(image.shape, np.bool_)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    whole: Mask = binary_fill_holes(parts == sizes.argmax())
    return whole


def _like(image: Slice, where: Mask) -> Mask:
    """Return where in the body a change may go: not into air, unless it was made in air."""
    airy = float(np.median(image.hounsfield[where])) < AIRY_HU
    inside = body(image)
    return inside if airy else inside & (image.hounsfield > AIRY_HU)


def _moved(
    change: NDArray[np.float64], where: Mask, free: Mask, place: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the change (H, W) moved to a place, (row, column), within what is free."""
    from_ = np.argwhere(where)
    to = from_ + (place - np.rint(from_.mean(axis=0)).astype(np.intp))
    inside = np.all((to >= 0) & (to < free.shape), axis=1)
    fits = np.zeros(len(to), np.bool_)
    fits[inside] = free[tuple(to[inside].T)]
    moved = np.zeros_like(change)
    moved[tuple(to[fits].T)] = change[tuple(from_[fits].T)]
    # The rest, the strongest first, goes to the nearest free pixels.
    rest = change[tuple(from_[~fits].T)]
    rest = rest[np.argsort(-np.abs(rest), kind="stable")]
    taken = moved != 0
    taken[tuple(place)] = True
    away = distance_transform_edt(~taken)
    open_ = np.argwhere(free & (moved == 0))
    nearest = open_[np.argsort(away[tuple(open_.T)], kind="stable")[: len(rest)]]
    moved[tuple(nearest.T)] = rest
    return moved
