"""The way between the scan's grid (H, W) and the network's grid (h, w)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ctviz.core import FloatMap, Slice


@dataclass(frozen=True)
class Placement:
    """Where a scan lies on the network's grid: as large as fits, in the middle, true in aspect.

    A pixel's physical size decides the aspect, so neither a matrix nor pixels that are not square
    distort the patient (by more than rounding to whole pixels).

    Parameters
    ----------
    scan
        (H, W), the scan's grid.
    content
        (h', w'), the scan's size on the network's grid.
    corner
        (row, column) of the scan's first pixel there.
    size
        (h, w), the network's grid.
    """

    scan: tuple[int, int]
    content: tuple[int, int]
    corner: tuple[int, int]
    size: tuple[int, int]

    @classmethod
    def of(cls, image: Slice, size: tuple[int, int]) -> Self:
        """Return the placement of a slice on a grid of ``size``; unknown pixels count as square."""
        spacing = image.spacing_mm or (1.0, 1.0)
        extent = [pixels * mm for pixels, mm in zip(image.shape, spacing, strict=True)]
        scale = min(cells / mm for cells, mm in zip(size, extent, strict=True))
        rows, columns = (
            min(cells, max(1, round(mm * scale))) for cells, mm in zip(size, extent, strict=True)
        )
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
        """Return the scan's part of the network's grid, (h', w')."""
        (top, left), (rows, columns) = self.corner, self.content
        return values[top : top + rows, left : left + columns]


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
