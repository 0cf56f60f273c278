"""An image's candidate regions, which may overlap."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from ctviz.core import InvalidInput, Mask


@dataclass(frozen=True, eq=False)
class Segmentation:
    """R overlapping regions of an image, kept sparse: hundreds of masks cost little memory.

    Parameters
    ----------
    shape
        (h, w) of the image.
    membership
        (R, h·w): which pixels, numbered along the rows, belong to each region.
    """

    shape: tuple[int, int]
    membership: csr_array

    @classmethod
    def of(cls, masks: NDArray[np.bool_]) -> Self:
        """Return the segmentation with these masks (R, h, w)."""
        if masks.ndim != 3 or masks.dtype != np.bool_:
            raise InvalidInput("The masks of a segmentation must be boolean with axes (R, h, w).")
        return cls.of_pixels(masks.shape[1:], (np.flatnonzero(mask) for mask in masks))

    @classmethod
    def of_pixels(cls, shape: tuple[int, ...], regions: Iterable[NDArray[np.intp]]) -> Self:
        """Return the segmentation whose regions are these sorted pixel numbers."""
        height, width = shape
        pixels = [region.astype(np.int32) for region in regions]
        starts = np.cumsum([0, *map(len, pixels)])
        members = np.concatenate(pixels) if pixels else np.empty(0, np.int32)
        entries = (np.ones(len(members), np.int8), members, starts)
        return cls((height, width), csr_array(entries, shape=(len(pixels), height * width)))

    def __len__(self) -> int:
        return int(self.membership.shape[0])

    @property
    def masks(self) -> NDArray[np.bool_]:
        """The regions as (R, h, w) bool, unpacked on demand."""
        dense: NDArray[np.bool_] = self.membership.toarray().astype(np.bool_)
        return dense.reshape(-1, *self.shape)

    def mask(self, region: int) -> Mask:
        """Return one region (h, w)."""
        mask = np.zeros(self.shape, dtype=np.bool_)
        mask.flat[self.pixels(region)] = True
        return mask

    def pixels(self, region: int) -> NDArray[np.int32]:
        """Return the numbers of one region's pixels, ascending."""
        starts = self.membership.indptr
        members: NDArray[np.int32] = self.membership.indices[starts[region] : starts[region + 1]]
        return members

    @cached_property
    def by_pixel(self) -> csc_array:
        """The membership arranged for the question which regions hold a given pixel."""
        return self.membership.tocsc()
