"""Masks as NIfTI, which says where in the patient they lie."""

from pathlib import Path
from typing import ClassVar

import nibabel as nib
import numpy as np
from nibabel import orientations
from numpy.typing import NDArray

from ctviz.core import InvalidInput, Mask, Slice
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.masks.form import MASK_FORMS, MaskForm, refuse_other_size
from ctviz.io.nifti import AXIAL, LPS, displayed, opened
from ctviz.io.nifti_slice import directions, volume_of
from ctviz.io.volume import Plane, corners

SAME_PLACE_MM, SAME_PIXEL = 0.5, 0.5
"""How far apart places may be to be the same: so many millimetres or, of the spacing, pixels."""


@MASK_FORMS.register("nifti")
class NiftiForm(MaskForm):
    """A volume, of which the slice that lies where ours does is taken."""

    titles: ClassVar = ("NIfTI",)
    endings: ClassVar = (".nii", ".nii.gz")

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as NIfTI does."""
        return kind_of(path) is Kind.NIFTI

    def read(self, path: Path, like: Slice) -> NDArray[np.generic]:
        """Return the slice of a volume that lies where ``like`` does, turned to its axes."""
        with opened(path) as image:
            shown = displayed(image, axes_of(like))
            stack, planes = shown.stack, shown.planes
            index = 0 if len(stack) == 1 else _nearest(planes, like)
            refuse_other_size(stack[index].shape, like)
            _refuse_other_place(planes[index], like)
            return np.array(stack[index])

    def write(self, mask: Mask, path: Path, like: Slice) -> None:
        """Write a volume of one slice with the slice's geometry."""
        nib.save(volume_of(mask.astype(np.uint8), like), path)


def _refuse_other_place(plane: Plane, like: Slice) -> None:
    """Refuse a mask whose corners do not lie where the slice's do, as far as both say that."""
    ours, theirs = (corners(each, like.shape) for each in (like, plane))
    if ours is None or theirs is None:
        return
    nearest = min(like.spacing_mm or (1.0, 1.0))
    if np.abs(ours - theirs).max() > max(SAME_PLACE_MM, SAME_PIXEL * nearest):
        raise InvalidInput(
            "The mask lies elsewhere in the patient than this slice, or is of another scan; "
            "export it for this one, or without a place as PNG."
        )


def _nearest(planes: list[Plane], like: Slice) -> int:
    """Return the plane at a slice's position."""
    normal = directions(like)[2]
    if like.position_mm is None or planes[0].position_mm is None:
        raise InvalidInput("The mask has several slices and no positions; export one slice.")
    depths = [np.dot(np.subtract(p.position_mm, like.position_mm), normal) for p in planes]  # type: ignore[arg-type]
    index = int(np.argmin(np.abs(depths)))
    if abs(depths[index]) > SAME_PLACE_MM:
        raise InvalidInput("The mask has no slice at this one's position; export it again.")
    return index


def axes_of(like: Slice) -> str:
    """Return the nearest patient axes of column index, row index and reading, such as ``LPI``."""
    affine = np.eye(4)
    affine[:3, :3] = LPS @ directions(like).T
    return "".join(orientations.aff2axcodes(affine)) if like.orientation else AXIAL
