"""Masks in and out: PNG, NumPy's ``.npy`` and NIfTI, always on the grid of one slice."""

from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel import orientations
from numpy.typing import NDArray
from PIL import Image

from ctviz.core import InvalidInput, Mask, Slice, UnreadableScan
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.nifti import AXIAL, LPS, displayed, opened
from ctviz.io.picture import read_picture
from ctviz.io.volume import Plane

NPY_MAGIC = b"\x93NUMPY"
SAME_PLACE_MM = 0.5
DISPLAY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
"""Column, row and slice direction of an axial slice whose orientation is unknown."""


def load_mask(path: Path | str, like: Slice) -> Mask:
    """Return the mask in a file, everything but zero inside, on a slice's grid.

    A NIfTI volume of several slices gives the one at the slice's position; its axes are turned to
    the slice's.
    """
    path = Path(path)
    try:
        values = _values(path, like)
    except OSError:
        raise InvalidInput("The mask does not exist or must not be read; check its name.") from None
    except UnreadableScan:
        raise InvalidInput("The mask is damaged; export it again.") from None
    if values.shape != like.shape:
        shape = " × ".join(map(str, values.shape))
        rows, columns = like.shape
        raise InvalidInput(
            f"The mask has {shape} pixels but the slice {rows} × {columns}; "
            "export it on the slice's grid."
        )
    mask: Mask = values != 0
    return mask


def save_mask(mask: Mask, path: Path | str, like: Slice) -> None:
    """Write a mask as the file's name says: ``.png`` (0 and 255), ``.npy``, ``.nii``, ``.nii.gz``.

    NIfTI carries the slice's geometry; the others are bare arrays.
    """
    path = Path(path)
    mask = np.asarray(mask, np.bool_)
    if mask.shape != like.shape:
        raise InvalidInput(f"The mask has the shape {mask.shape}, the slice {like.shape}.")
    if path.suffix == ".png":
        Image.fromarray(mask.astype(np.uint8) * 255).save(path)
    elif path.suffix == ".npy":
        np.save(path, mask, allow_pickle=False)
    elif path.name.endswith((".nii", ".nii.gz")):
        image = nib.Nifti1Image(mask.T[:, :, np.newaxis].astype(np.uint8), _affine(like))
        image.header.set_xyzt_units("mm")
        nib.save(image, path)
    else:
        raise InvalidInput("A mask is written as .png, .npy, .nii or .nii.gz; rename it.")


def _values(path: Path, like: Slice) -> NDArray[np.generic]:
    """Return the numbers in a mask file, (H, W)."""
    if path.read_bytes()[: len(NPY_MAGIC)] == NPY_MAGIC:
        return _array(path)
    kind = kind_of(path)
    if kind is Kind.PICTURE:
        return read_picture(path)[0]
    if kind is Kind.NIFTI:
        return _from_nifti(path, like)
    raise InvalidInput("A mask is read from PNG, TIFF, .npy or NIfTI; export it as one of them.")


def _array(path: Path) -> NDArray[np.generic]:
    """Return the array of a ``.npy`` file without running any of it."""
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        raise UnreadableScan("The array is damaged.") from None
    if values.dtype.kind not in "biuf":
        raise InvalidInput("The mask must hold numbers or truth values; export it again.")
    return values  # type: ignore[no-any-return]


def _from_nifti(path: Path, like: Slice) -> NDArray[np.generic]:
    """Return the slice of a NIfTI volume that lies where ``like`` does."""
    with opened(path) as image:
        if image.ndim > 3 and image.shape[3:].count(1) < image.ndim - 3:
            raise InvalidInput("The mask has several volumes; export one.")
        stack, planes = displayed(image, _axes(like))
    values: NDArray[np.generic] = stack[0 if len(stack) == 1 else _nearest(planes, like)]
    return values


def _nearest(planes: list[Plane], like: Slice) -> int:
    """Return the plane at a slice's position."""
    normal = _directions(like)[2]
    if like.position_mm is None or planes[0].position_mm is None:
        raise InvalidInput("The mask has several slices and no positions; export one slice.")
    depths = [np.dot(np.subtract(p.position_mm, like.position_mm), normal) for p in planes]  # type: ignore[arg-type]
    index = int(np.argmin(np.abs(depths)))
    if abs(depths[index]) > SAME_PLACE_MM:
        raise InvalidInput("The mask has no slice at this one's position; export it again.")
    return index


def _directions(like: Slice) -> NDArray[np.float64]:
    """Return the directions of column index, row index and reading as rows (x, y, z), unit."""
    if like.orientation is None:
        return np.array(DISPLAY)
    row, column = np.reshape(like.orientation, (2, 3))
    return np.array([row, column, -np.cross(row, column)])


def _axes(like: Slice) -> str:
    """Return the nearest patient axes of column index, row index and reading, such as ``LPI``."""
    affine = np.eye(4)
    affine[:3, :3] = LPS @ _directions(like).T
    return "".join(orientations.aff2axcodes(affine)) if like.orientation else AXIAL


def _affine(like: Slice) -> NDArray[np.float64]:
    """Return NIfTI's way from (column, row, 0) to the patient."""
    down, along = like.spacing_mm or (1.0, 1.0)
    affine = np.eye(4)
    affine[:3, :3] = LPS @ (_directions(like).T * [along, down, 1.0])
    affine[:3, 3] = LPS @ np.array(like.position_mm or (0.0, 0.0, 0.0))
    return affine
