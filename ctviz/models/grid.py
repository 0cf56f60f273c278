"""The way between the scan's grid (H, W) and the network's grid (h, w)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ctviz.core import FloatMap, InvalidInput, Slice

Fit: TypeAlias = Literal["whole", "filled", "stretched"]
FITS: tuple[Fit, ...] = get_args(Fit)
LARGEST_CONTENT = 1 << 24
"""Pixels of a scan that is resampled before its middle is cut out."""


@dataclass(frozen=True)
class Manner:
    """How a scan is laid on the network's grid.

    Parameters
    ----------
    fit
        ``whole``: as large as fits, true in aspect. ``filled``: as small as covers the grid, true
        in aspect. ``stretched``: both sides as long as the grid's, whatever the aspect.
    zoom
        So much larger than that; what lies beyond the grid is cut off. A resize to 256 before a
        cut to 224 is 256 / 224.
    """

    fit: Fit = "whole"
    zoom: float = 1.0

    def content(self, extent: Sequence[float], size: tuple[int, int]) -> tuple[int, int]:
        """Return (h', w') of a scan of this extent in mm on a grid of ``size``."""
        scales = [cells / mm for cells, mm in zip(size, extent, strict=True)]
        if self.fit != "stretched":
            scales = [min(scales) if self.fit == "whole" else max(scales)] * 2
        sides = [mm * scale * self.zoom for mm, scale in zip(extent, scales, strict=True)]
        rows, columns = (max(1, round(side)) for side in sides)
        if rows * columns > LARGEST_CONTENT:
            raise InvalidInput(
                "The slice is too long and narrow for a model that cuts out its middle."
            )
        return rows, columns


AS_A_WHOLE = Manner()


@dataclass(frozen=True)
class Placement:
    """Where a scan lies on the network's grid: in the middle, as a `Manner` says.

    A pixel's physical size decides the aspect, so neither a matrix nor pixels that are not square
    distort the patient (by more than rounding to whole pixels), unless it is to be stretched.

    Parameters
    ----------
    scan
        (H, W), the scan's grid.
    content
        (h', w'), the scan's size on the network's grid.
    corner
        (row, column) of the scan's first pixel there, negative where the scan is cut off.
    size
        (h, w), the network's grid.
    """

    scan: tuple[int, int]
    content: tuple[int, int]
    corner: tuple[int, int]
    size: tuple[int, int]

    @classmethod
    def of(cls, image: Slice, size: tuple[int, int], manner: Manner = AS_A_WHOLE) -> Self:
        """Return the placement of a slice on a grid of ``size``; unknown pixels count as square."""
        spacing = image.spacing_mm or (1.0, 1.0)
        extent = [pixels * mm for pixels, mm in zip(image.shape, spacing, strict=True)]
        rows, columns = manner.content(extent, size)
        corner = ((size[0] - rows) // 2, (size[1] - columns) // 2)
        return cls(image.shape, (rows, columns), corner, size)

    def to_network(self, image: Tensor, fill: float) -> Tensor:
        """Resample (H, W) to (h, w), antialiased; ``fill`` is what lies beside the scan."""
        top, left = self.corner
        bottom, right = (
            cells - start - content
            for cells, start, content in zip(self.size, self.corner, self.content, strict=True)
        )
        resampled = _resample(image, self.content)
        return pad(resampled, (left, right, top, bottom), value=fill)

    def to_scan(self, values: FloatMap) -> FloatMap:
        """Resample a map (h, w) to (H, W) by bilinear interpolation, dropping what lies beside.

        Between equal values lies exactly that value, so that what is tied stays tied.
        """
        halfway = _interpolated(self._inside(values).astype(np.float64), self.scan[0])
        return np.ascontiguousarray(_interpolated(halfway.T, self.scan[1]).T, dtype=np.float32)

    def levels_to_scan(self, values: FloatMap) -> FloatMap:
        """Resample (h, w) to (H, W) where values are names of levels, such as those of a ranking.

        Each pixel takes the value of the cell that it lies in, so no level comes between two.
        """
        inside = self._inside(values)
        rows, columns = map(_cells, inside.shape, self.scan)
        return np.ascontiguousarray(inside[np.ix_(rows, columns)], dtype=np.float32)

    def _inside(self, values: FloatMap) -> FloatMap:
        """Return the scan's part of the network's grid, (h', w'); 0 where it was cut off."""
        (top, left), (rows, columns) = self.corner, self.content
        seen = values[max(top, 0) : top + rows, max(left, 0) : left + columns]
        if seen.shape == self.content:
            return seen
        whole = np.zeros(self.content, values.dtype)
        start, beside = max(-top, 0), max(-left, 0)
        whole[start : start + seen.shape[0], beside : beside + seen.shape[1]] = seen
        return whole


def _cells(cells: int, pixels: int) -> NDArray[np.intp]:
    """Return which of a line's cells holds each pixel's centre."""
    return (2 * np.arange(pixels) + 1) * cells // (2 * pixels)


def _interpolated(values: NDArray[np.float64], pixels: int) -> NDArray[np.float64]:
    """Resample the rows (n, m) of a map to as many ``pixels``, (pixels, m)."""
    last = len(values) - 1
    places = np.clip((np.arange(pixels) + 0.5) * len(values) / pixels - 0.5, 0, last)
    below = places.astype(np.intp)
    share = (places - below)[:, None]
    start, end = values[below], values[np.minimum(below + 1, last)]
    # Not a weighted sum of both, whose weights would not add up to exactly one.
    return start + share * (end - start)


def _resample(image: Tensor, size: tuple[int, int]) -> Tensor:
    grid = image.to(torch.float32)[None, None]
    return interpolate(grid, size, mode="bilinear", align_corners=False, antialias=True)[0, 0]
