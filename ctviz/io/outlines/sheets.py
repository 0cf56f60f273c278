"""Masks on planes of their own, and the one way in which they get onto a case's slices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Mask
from ctviz.io.outlines.found import Outline, OutlineSettings, Unplaced
from ctviz.io.outlines.onto import Onto, Points, same_grid
from ctviz.io.volume import Plane, corners

BETWEEN = "lies between the slices or beyond them"
OTHER_GRID = "has another grid of pixels than the slices; ask for it to be resampled"
NO_PLACE = "does not say where in the patient it lies, nor on which image"

STEEP = 0.999
"""Cosine of the angle, some 2.5 degrees, by which planes may be turned and still be resampled."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A mask (h, w) on pixels of its own.

    Parameters
    ----------
    plane
        Where it lies.
    sources
        Codes of the images that it was drawn on.
    """

    label: str
    reader: str
    mask: Mask
    plane: Plane
    sources: tuple[str, ...] = ()


def placed(
    sheets: Iterable[Sheet], onto: Onto, asked: OutlineSettings
) -> Iterator[Outline | Unplaced]:
    """Yield the outlines of sheets on the slices where they lie.

    What has another grid is sampled by nearest neighbour if that was asked for, else unplaced.
    """
    others: dict[tuple[str, str], list[Sheet]] = {}
    for sheet in sheets:
        index = _slice_of(sheet, onto)
        if index is not None:
            yield Outline.of(sheet.label, sheet.reader, index, sheet.mask)
        elif asked.resample and onto.placed and corners(sheet.plane, sheet.mask.shape) is not None:
            others.setdefault((sheet.label, sheet.reader), []).append(sheet)
        else:
            yield Unplaced(f"A mask of '{sheet.label}'", _why_not(sheet, onto))
    for (label, reader), stack in others.items():
        found = list(_resampled(stack, onto))
        yield from (Outline.of(label, reader, index, mask) for index, mask in found)
        if not found:
            yield Unplaced(f"'{label}'", BETWEEN)


def _slice_of(sheet: Sheet, onto: Onto) -> int | None:
    """Return the slice whose pixels a sheet's are."""
    if sheet.mask.shape != onto.shape:
        return None
    named = [index for code in sheet.sources if (index := onto.drawn_on(code)) is not None]
    # An image that is named twice or wrongly does not move what lies elsewhere.
    there = [index for index in named if _fits(sheet, onto, index) is not False]
    if there:
        return there[0]
    level = _level(sheet, onto)
    return level if level is not None and _fits(sheet, onto, level) else None


def _fits(sheet: Sheet, onto: Onto, slice_index: int) -> bool | None:
    """Whether a sheet's pixels are a slice's; None where that is unknown."""
    return same_grid(onto.planes[slice_index], sheet.plane, onto.shape)


def _level(sheet: Sheet, onto: Onto) -> int | None:
    """Return the slice at the depth of a sheet's first pixel."""
    if sheet.plane.position_mm is None:
        return None
    return onto.at_depth(float(np.dot(sheet.plane.position_mm, onto.normal)))


def _why_not(sheet: Sheet, onto: Onto) -> str:
    if corners(sheet.plane, sheet.mask.shape) is None:
        return NO_PLACE
    level = sheet.mask.shape == onto.shape and _level(sheet, onto) is None
    return BETWEEN if level else OTHER_GRID


def _resampled(stack: list[Sheet], onto: Onto) -> Iterator[tuple[int, Mask]]:
    """Yield each slice with the nearest pixels of a stack of parallel sheets, where any is."""
    row, column = np.reshape(stack[0].plane.orientation or (), (2, 3))
    normal = np.cross(row, column)
    stack = [s for s in stack if _parallel(s, normal)]
    depths = np.array([np.dot(s.plane.position_mm or (), normal) for s in stack])
    order = np.argsort(depths)
    depths, stack = depths[order], [stack[i] for i in order]
    gaps = np.diff(depths)
    reach = float(np.median(gaps[gaps > 1e-3])) / 2 if (gaps > 1e-3).any() else onto.tolerance_mm
    for index, plane in enumerate(onto.planes):
        points = _centres(plane, onto.shape)
        depth = points @ normal
        nearest = _nearest(depths, depth)
        near = np.abs(depths[nearest] - depth) <= reach
        mask = np.zeros(onto.shape, np.bool_)
        for number in np.unique(nearest[near]):
            chosen = near & (nearest == number)
            mask[chosen] = _sampled(stack[number], points[chosen])
        if mask.any():
            yield index, mask


def _parallel(sheet: Sheet, normal: NDArray[np.float64]) -> bool:
    row, column = np.reshape(sheet.plane.orientation or (), (2, 3))
    return bool(np.dot(np.cross(row, column), normal) >= STEEP)


def _centres(plane: Plane, shape: tuple[int, int]) -> Points:
    """Return where each pixel's centre lies in the patient, (H, W, 3)."""
    row, column = np.reshape(plane.orientation or (), (2, 3))
    down, along = plane.spacing_mm or (1.0, 1.0)
    i, j = np.indices(shape)
    steps = (i * down)[..., np.newaxis] * column + (j * along)[..., np.newaxis] * row
    centres: Points = np.array(plane.position_mm) + steps
    return centres


def _nearest(depths: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the index of the nearest of sorted depths."""
    after = np.clip(np.searchsorted(depths, wanted), 1, max(1, len(depths) - 1))
    if len(depths) == 1:
        return np.zeros(wanted.shape, np.intp)
    nearer = np.abs(depths[after - 1] - wanted) <= np.abs(depths[after] - wanted)
    return np.where(nearer, after - 1, after)


def _sampled(sheet: Sheet, points: NDArray[np.float64]) -> Mask:
    """Return a sheet's mask at points (N, 3), outside of its pixels nothing."""
    row, column = np.reshape(sheet.plane.orientation or (), (2, 3))
    down, along = sheet.plane.spacing_mm or (1.0, 1.0)
    away = points - np.array(sheet.plane.position_mm)
    i, j = np.rint(away @ column / down).astype(int), np.rint(away @ row / along).astype(int)
    rows, columns = sheet.mask.shape
    there = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
    values = np.zeros(len(points), np.bool_)
    values[there] = sheet.mask[i[there], j[there]]
    return values
