"""Masks in and out: PNG, NumPy's ``.npy`` and NIfTI, always on the grid of one slice."""

from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel import orientations
from numpy.typing import NDArray
from PIL import Image

from ctviz.core import InvalidInput, Mask, Slice, UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.nifti import AXIAL, LPS, displayed, opened
from ctviz.io.picture import JPEG_MAGIC, read_pictures
from ctviz.io.volume import Plane

NPY_MAGIC = b"\x93NUMPY"
SAME_PLACE_MM, SAME_PIXEL = 0.5, 0.5
"""How far apart places may be to be the same: so many millimetres or, of the spacing, pixels."""

DISPLAY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
"""Column, row and slice direction of an axial slice whose orientation is unknown."""


def load_mask(path: Path | str, like: Slice) -> Mask:
    """Return the mask in a file, everything but zero inside, on a slice's grid.

    Of several labels the mask is their union. Outside is also what is not a finite number, and
    what is transparent. A NIfTI volume of several slices gives the one at the slice's position;
    its axes are turned to the slice's. Refused is what could be meant otherwise: fractions,
    negative numbers, several pages, and a mask that says that it lies elsewhere.
    """
    path = Path(path)
    try:
        values = _values(path, like)
    except OSError:
        raise InvalidInput("The mask does not exist or must not be read; check its name.") from None
    except UnreadableScan as error:
        raise InvalidInput(f"The mask cannot be used: {error}") from None
    _refuse_other_size(values.shape, like)
    return _inside(values)


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
    with path.open("rb") as file:
        head = file.read(len(NPY_MAGIC))
    if head == NPY_MAGIC:
        return _array(path, like)
    if head.startswith(JPEG_MAGIC):
        raise InvalidInput("A JPEG blurs the edge of a mask; export it as PNG.")
    kind = kind_of(path)
    if kind is Kind.PICTURE:
        return _from_picture(path)
    if kind is Kind.NIFTI:
        return _from_nifti(path, like)
    raise InvalidInput("A mask is read from PNG, TIFF, .npy or NIfTI; export it as one of them.")


def _inside(values: NDArray[np.generic]) -> Mask:
    """Return where numbers stand for the inside of a mask."""
    if values.dtype.kind == "b":
        return np.array(values, np.bool_)
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, 0)
        if (values != np.rint(values)).any():
            raise InvalidInput(
                "The mask holds fractions, as probabilities do; choose a threshold (0.5 is usual) "
                "and export what is above it."
            )
    if float(values.min()) < 0:
        raise InvalidInput(
            "The mask holds negative numbers, of which nobody knows whether they are inside; "
            "export it with 0 outside."
        )
    return np.array(values != 0, np.bool_)


def _refuse_other_size(shape: tuple[int, ...], like: Slice) -> None:
    """Refuse a mask of another size than the slice's."""
    if shape != like.shape:
        rows, columns = like.shape
        raise InvalidInput(
            f"The mask has {' × '.join(map(str, shape)) or 'no'} pixels but the slice "
            f"{rows} × {columns}; export it on the slice's grid."
        )


def _array(path: Path, like: Slice) -> NDArray[np.generic]:
    """Return the array of a ``.npy`` file without running any of it.

    It is mapped first, so that a header can announce what it likes.
    """
    with foreign_reader("It is a damaged array; export it again."):
        values = np.load(path, mmap_mode="r", allow_pickle=False)
        if values.dtype.kind not in "biuf":
            raise InvalidInput("The mask must hold numbers or truth values; export it again.")
        _refuse_other_size(values.shape, like)
        return np.array(values)


def _from_picture(path: Path) -> NDArray[np.generic]:
    """Return where a picture shows anything: a pixel that is neither black nor transparent."""
    pages = read_pictures(path)
    if len(pages) > 1:
        raise InvalidInput(f"The mask has {len(pages)} pages; export the one of this slice.")
    values, visible = pages[0].values, pages[0].visible
    if values.ndim > 2:
        # A dark blue is as much inside as a bright one.
        values = values.max(axis=-1)
    if visible is None or visible.all():
        return values
    if not values[visible].any():
        raise InvalidInput(
            "The mask is drawn in black on transparent ground; export it as white on black."
        )
    return np.where(visible, values, 0)


def _from_nifti(path: Path, like: Slice) -> NDArray[np.generic]:
    """Return the slice of a NIfTI volume that lies where ``like`` does."""
    with opened(path) as image:
        shown = displayed(image, _axes(like))
        stack, planes = shown.stack, shown.planes
        index = 0 if len(stack) == 1 else _nearest(planes, like)
        _refuse_other_size(stack[index].shape, like)
        _refuse_other_place(planes[index], like)
        return np.array(stack[index])


def _refuse_other_place(plane: Plane, like: Slice) -> None:
    """Refuse a mask whose corners do not lie where the slice's do, as far as both say that."""
    ours, theirs = (_corners(each, like.shape) for each in (like, plane))
    if ours is None or theirs is None:
        return
    nearest = min(like.spacing_mm or (1.0, 1.0))
    if np.abs(ours - theirs).max() > max(SAME_PLACE_MM, SAME_PIXEL * nearest):
        raise InvalidInput(
            "The mask lies elsewhere in the patient than this slice, or is of another scan; "
            "export it for this one, or without a place as PNG."
        )


def _corners(place: Plane | Slice, shape: tuple[int, int]) -> NDArray[np.float64] | None:
    """Return where the four corner pixels lie in the patient, (4, 3); None if that is unknown."""
    if place.orientation is None or place.position_mm is None or place.spacing_mm is None:
        return None
    row, column = np.reshape(place.orientation, (2, 3))
    down, along = place.spacing_mm
    (rows, columns), start = shape, np.array(place.position_mm)
    return np.array(
        [
            start + i * down * column + j * along * row
            for i in (0, rows - 1)
            for j in (0, columns - 1)
        ]
    )


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
