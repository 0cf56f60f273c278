"""The way between the scan's grid (H, W) and the network's grid (h, w)."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ctviz.core import Slice


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
        resampled = _resample(image, self.content, antialias=True)
        return pad(resampled, (left, right, top, bottom), value=fill)

    def to_scan(self, values: Tensor) -> Tensor:
        """Resample (h, w) to (H, W) by bilinear interpolation, dropping what lies beside."""
        (top, left), (rows, columns) = self.corner, self.content
        return _resample(values[top : top + rows, left : left + columns], self.scan)


def _resample(image: Tensor, size: tuple[int, int], *, antialias: bool = False) -> Tensor:
    grid = image.to(torch.float32)[None, None]
    return interpolate(grid, size, mode="bilinear", align_corners=False, antialias=antialias)[0, 0]
