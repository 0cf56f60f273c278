"""A slice's mask or map as a NIfTI volume of that one slice, where it lies in the patient."""

import gzip

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, InvalidInput, Slice
from ctviz.io.nifti import LPS

DISPLAY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
"""Column, row and slice direction of an axial slice whose orientation is unknown."""


def nifti_of(values: FloatMap, like: Slice) -> bytes:
    """Return a map (H, W) of a slice as a compressed NIfTI-1 file (W, H, 1), float32.

    Raises
    ------
    InvalidInput
        If the map is not on the slice's pixels.
    """
    if values.shape != like.shape:
        rows, columns = values.shape
        raise InvalidInput(f"A map of {rows} × {columns} pixels is not one of this slice.")
    return gzip.compress(volume_of(values.astype(np.float32), like).to_bytes(), mtime=0)


def volume_of(values: NDArray[np.generic], like: Slice) -> nib.Nifti1Image:
    """Return numbers (H, W) as a volume of one slice, 1 mm thick, with the slice's geometry."""
    image = nib.Nifti1Image(values.T[:, :, np.newaxis], _affine(like))
    image.header.set_xyzt_units("mm")
    return image


def directions(like: Slice) -> NDArray[np.float64]:
    """Return the directions of column index, row index and reading as rows (x, y, z), unit."""
    if like.orientation is None:
        return np.array(DISPLAY)
    row, column = np.reshape(like.orientation, (2, 3))
    return np.array([row, column, -np.cross(row, column)])


def _affine(like: Slice) -> NDArray[np.float64]:
    """Return NIfTI's way from (column, row, 0) to the patient."""
    down, along = like.spacing_mm or (1.0, 1.0)
    affine = np.eye(4)
    affine[:3, :3] = LPS @ (directions(like).T * [along, down, 1.0])
    affine[:3, 3] = LPS @ np.array(like.position_mm or (0.0, 0.0, 0.0))
    return affine
