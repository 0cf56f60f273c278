"""A case as outlines meet it: where its slices lie, and whether a file is of the same patient."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Case, UnreadableScan
from ctviz.io.identity import source_code
from ctviz.io.out.origin import anonymous_origin
from ctviz.io.volume import Plane, Volume, corners

Points = NDArray[np.float64]
"""(N, 3) in the patient's millimetres, or (N, 2) as (column, row) of pixels."""

DEPTH_MM, DEPTH_SHARE = 0.5, 0.25
"""How far from a slice, in mm and as a share of the gap to the next, something still is on it."""

SAME_PLACE_MM, SAME_PIXEL = 0.1, 0.5
"""How far apart corners of two grids may be to be the same: the larger of mm and pixels."""

BY_IMAGES = "by the images that it was drawn on"
BY_PLACE = "by its place in the patient"
BY_SIZE = "by its size alone"

OTHER_PATIENT = "It is of another patient than this case; add it to the case that it was drawn on."
OTHER_SPACE = (
    "It lies in another frame of reference than this case, so that its places mean nothing here; "
    "add it to the case that it was drawn on."
)
OTHER_IMAGES = (
    "It was drawn on other images than those of this case; add it to the case of their series."
)
NOWHERE = (
    "It says where in the patient it lies, but this case does not; import the scan as DICOM or "
    "NIfTI with its positions."
)


@dataclass(frozen=True)
class ScanClaim:
    """What a file says of the scan that it belongs to, as codes and pseudonyms only.

    Parameters
    ----------
    patient
        Pseudonym; empty if the file names nobody.
    spaces
        Frames of reference.
    sources
        Images that it was drawn on.
    """

    patient: str = ""
    spaces: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Onto:
    """The slices of a case.

    Parameters
    ----------
    key
        Of pseudonyms and codes.
    """

    case: Case
    key: bytes = field(repr=False, default=b"")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of each slice."""
        return self.case.slices[0].shape

    @cached_property
    def planes(self) -> tuple[Plane, ...]:
        """Where each slice lies."""
        slices = self.case.slices
        if isinstance(slices, Volume):
            return slices.planes
        return tuple(Plane(s.spacing_mm, s.orientation, s.position_mm) for s in slices)

    @cached_property
    def placed(self) -> bool:
        """Whether it is known where the slices lie."""
        return all(p.spacing_mm and p.orientation and p.position_mm for p in self.planes)

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """The unit vector on which depths are measured."""
        row, column = np.reshape(self.planes[0].orientation or (1, 0, 0, 0, 1, 0), (2, 3))
        normal = np.cross(row, column)
        return normal / np.linalg.norm(normal)  # type: ignore[no-any-return]

    @cached_property
    def depths(self) -> NDArray[np.float64]:
        """How deep each slice lies, in mm."""
        return np.array([p.position_mm or (0, 0, 0) for p in self.planes], float) @ self.normal

    @cached_property
    def tolerance_mm(self) -> float:
        """How far from a slice something still is on it."""
        gaps = np.diff(np.unique(np.round(self.depths, 2)))
        return min(DEPTH_MM, DEPTH_SHARE * float(gaps.min())) if len(gaps) else DEPTH_MM

    @cached_property
    def _by_source(self) -> dict[str, int]:
        """The slices by the codes of their images, those of our own anonymous objects included."""
        made = (self.code(image.sop_instance) for image in anonymous_origin(self.case).images)
        codes = (*enumerate(made), *enumerate(self.case.sources))
        return {code: index for index, code in codes}

    def code(self, uid: str, frame: int | None = None) -> str:
        """Return the code of an image that a file refers to."""
        return source_code(uid, frame, self.key)

    def drawn_on(self, code: str) -> int | None:
        """Return the slice that was read from an image."""
        return self._by_source.get(code)

    def at_depth(self, depth: float) -> int | None:
        """Return the slice at a depth, None if there is none so near."""
        if not self.placed:
            return None
        index = int(np.argmin(np.abs(self.depths - depth)))
        return index if abs(self.depths[index] - depth) <= self.tolerance_mm else None

    def pixels(self, points: Points, slice_index: int) -> Points:
        """Return points (N, 3) of the patient as (column, row) of a slice, (N, 2)."""
        plane = self.planes[slice_index]
        row, column = np.reshape(plane.orientation or (1, 0, 0, 0, 1, 0), (2, 3))
        down, along = plane.spacing_mm or (1.0, 1.0)
        away = points - np.array(plane.position_mm)
        return np.stack([away @ row / along, away @ column / down], axis=1)

    def belongs(self, claim: ScanClaim) -> str:
        """Return by what a file belongs to the case.

        Raises
        ------
        UnreadableScan
            If it is another patient's, or of another scan of the same one.
        """
        if claim.sources & self._by_source.keys():
            return BY_IMAGES
        named = self.case.patient not in {"", f"P-{self.case.id[2:]}"}
        if claim.patient and named and claim.patient != self.case.patient:
            raise UnreadableScan(OTHER_PATIENT)
        space = self.case.acquisition.space
        if claim.spaces and space and space not in claim.spaces:
            raise UnreadableScan(OTHER_SPACE)
        # Of one space, what was drawn on another series lies where it lies.
        if claim.sources and self.case.sources and not (claim.spaces and space):
            raise UnreadableScan(OTHER_IMAGES)
        if not self.placed:
            raise UnreadableScan(NOWHERE)
        return BY_PLACE


def same_grid(one: Plane, other: Plane, shape: tuple[int, int]) -> bool | None:
    """Whether two planes of (H, W) pixels have the same pixels; None where that is unknown."""
    ours, theirs = corners(one, shape), corners(other, shape)
    if ours is None or theirs is None:
        return None
    pixel = SAME_PIXEL * min(one.spacing_mm or (1.0,))
    return bool(np.abs(ours - theirs).max() <= max(SAME_PLACE_MM, pixel))


def known(codes: Collection[str]) -> frozenset[str]:
    """Return codes and pseudonyms without those that are empty."""
    return frozenset(filter(None, codes))
