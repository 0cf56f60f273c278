"""NIfTI volumes as axial slices in the way radiologists look at them."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel import orientations
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from ctviz.core import Case, UnreadableScan
from ctviz.io.limits import check_size
from ctviz.io.silence import quiet
from ctviz.io.volume import Plane, Volume, compact, make_case

DAMAGED = (
    ArithmeticError, EOFError, HeaderDataError, ImageFileError, LookupError, OSError, TypeError,
    ValueError, zlib.error,
)  # fmt: skip

MILLIMETRES = {"mm": 1.0, "meter": 1000.0, "micron": 0.001, "unknown": 1.0}

LPS = np.diag([-1.0, -1.0, 1.0])
"""From NIfTI's patient axes (right, anterior, head) to DICOM's (left, posterior, head)."""

AXIAL = "LPI"
"""Where the axes column, row and slice point on the screen: left, posterior, towards the feet."""

NOT_FINITE_HU = -1000

STACK_NDIM = 3


def load_nifti(path: Path) -> Case:
    """Return the case of a NIfTI file, its numbers taken for Hounsfield units."""
    with opened(path) as image:
        _refuse_other_shapes(image)
        stack, planes = displayed(image, AXIAL)
    notes = ["NIfTI does not name its unit: the numbers are taken for Hounsfield units."]
    calibrated = bool(stack.min() < 0)
    if not calibrated:
        notes = ["No number is negative, so they are not Hounsfield units but grey values."]
    if planes[0].orientation is None:
        notes.append("The orientation is unknown: which side is left cannot be told.")
    planes = [
        Plane(plane.spacing_mm, plane.orientation, plane.position_mm, calibrated)
        for plane in planes
    ]
    return make_case(Volume(compact(stack), planes), title="NIfTI volume", notes=notes)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Yield the nibabel image of a file whatever its name; damage inside becomes one sentence."""
    try:
        with quiet(), path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            size = stream.read(4)
            stream.seek(0)
            second = 540 in {int.from_bytes(size, order) for order in ("little", "big")}
            yield (nib.Nifti2Image if second else nib.Nifti1Image).from_stream(stream)
    except DAMAGED:
        raise UnreadableScan("It is a damaged NIfTI file; export it again.") from None


def displayed(image: Any, axes: str) -> tuple[NDArray[np.float32], list[Plane]]:  # noqa: ANN401 - nibabel is untyped
    """Return a volume as slices (S, H, W) whose columns, rows and slices point along ``axes``.

    Parameters
    ----------
    image
        A nibabel image of three axes, or of two and then a single slice.
    axes
        Three letters of R/L, A/P, S/I as `nibabel.orientations` uses them.
    """
    header = image.header
    known = int(header["qform_code"]) > 0 or int(header["sform_code"]) > 0
    values = _values(image)
    affine = image.affine.copy()
    affine[:3] *= MILLIMETRES.get(header.get_xyzt_units()[0], 1.0)
    start = orientations.io_orientation(affine)
    if not known or np.isnan(start).any() or not np.isfinite(affine).all():
        stack = np.transpose(values, (2, 1, 0))
        return stack, [Plane(_spacing(header))] * len(stack)
    turn = orientations.ornt_transform(start, orientations.axcodes2ornt(axes))
    turned = affine @ orientations.inv_ornt_aff(turn, values.shape)
    stack = np.transpose(orientations.apply_orientation(values, turn), (2, 1, 0))
    return stack, _planes(turned, len(stack))


def _values(image: Any) -> NDArray[np.float32]:  # noqa: ANN401
    """Return the finite numbers of an image, (columns, rows, slices)."""
    values = np.asarray(image.dataobj, np.float32)
    values = values.reshape((*values.shape, 1)[:STACK_NDIM])
    return np.nan_to_num(values, nan=NOT_FINITE_HU, posinf=NOT_FINITE_HU, neginf=NOT_FINITE_HU)


def _spacing(header: Any) -> tuple[float, float] | None:  # noqa: ANN401
    """Return the spacing (down a column, along a row) of a volume without orientation."""
    column, row = (float(zoom) for zoom in header.get_zooms()[:2])
    return (row, column) if row > 0 and column > 0 else None


def _planes(affine: NDArray[np.float64], slices: int) -> list[Plane]:
    """Return the planes of slices stacked along the third axis."""
    matrix, origin = LPS @ affine[:3, :3], LPS @ affine[:3, 3]
    lengths = np.linalg.norm(matrix, axis=0)
    row, column = (matrix[:, axis] / lengths[axis] for axis in (0, 1))
    return [
        Plane(
            spacing_mm=(float(lengths[1]), float(lengths[0])),
            orientation=tuple(map(float, (*row, *column))),  # type: ignore[arg-type]
            position_mm=tuple(map(float, origin + index * matrix[:, 2])),  # type: ignore[arg-type]
        )
        for index in range(slices)
    ]


def _refuse_other_shapes(image: Any) -> None:  # noqa: ANN401
    """Refuse what is not one volume of one number per voxel."""
    shape = image.shape
    if image.get_data_dtype().names or image.get_data_dtype().kind not in "iuf":
        raise UnreadableScan("It holds colours or complex numbers, not Hounsfield units.")
    if not len(shape) >= 2 or any(size != 1 for size in shape[3:]):
        raise UnreadableScan("It holds several volumes; export the one to read by itself.")
    columns, rows, slices = (*shape, 1, 1)[:3]
    check_size(slices, rows, columns)
