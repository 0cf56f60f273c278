"""NIfTI volumes as axial slices in the way radiologists look at them."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel import orientations
from numpy.typing import NDArray

from ctviz.core import Case, UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.limits import check_size
from ctviz.io.numbers import finite
from ctviz.io.plausible import why_unproven
from ctviz.io.volume import INT16, Plane, Volume, compact, make_case

DAMAGED = "It is a damaged NIfTI file; export it again."

MILLIMETRES = {1: 1000.0, 2: 1.0, 3: 0.001}
"""What a NIfTI's unit of length is in millimetres, by its code: metre, millimetre, micron."""

UNIT_BITS = 0b111
"""Those of ``xyzt_units`` that tell the unit of length."""

LPS = np.diag([-1.0, -1.0, 1.0])
"""From NIfTI's patient axes (right, anterior, head) to DICOM's (left, posterior, head)."""

AXIAL = "LPI"
"""Where the axes column, row and slice point on the screen: left, posterior, towards the feet."""

PAIR = {348: (344, b"ni1\0"), 540: (4, b"ni2\0")}
"""Length of the header: where stands that the voxels are in another file."""

HEAD_BYTES, NIFTI_2 = 348, 540
"""Enough for both headers' magic; the length of a NIfTI-2 header, which begins the file."""

SPACING_MM = (0.001, 100.0)
"""Pixels of a CT, micro-CT among them, are neither smaller nor larger."""

SKEW = 0.01
"""How far rows and columns may be from perpendicular, as the cosine of their angle."""

NOT_FINITE_HU, NOT_FINITE_GREY = -1000, 0
"""What is shown where a volume has no finite number: air, or nothing."""

LABELS, STATISTICS = frozenset({1002, 1003}), frozenset(range(2, 25))
"""Codes of NIfTI's intents."""

ASSUMED = "NIfTI does not name its unit: the numbers are taken for Hounsfield units."
NO_LENGTH = "The file does not name its unit of length: millimetres are assumed."
UNMEASURED = "The size of its pixels is unknown: nothing can be measured in millimetres."
SKEWED = (
    "Its rows and columns are not at a right angle: which side is left cannot be told, and nothing "
    "can be measured in millimetres."
)
STACK_NDIM = 3


@dataclass(frozen=True, eq=False)
class Displayed:
    """A volume turned as it is looked at.

    Parameters
    ----------
    stack
        (S, H, W), NaN where there is no number.
    planes
        One per slice.
    notes
        What a reader must know of the geometry.
    """

    stack: NDArray[np.generic]
    planes: list[Plane]
    notes: tuple[str, ...] = ()


def load_nifti(path: Path) -> Case:
    """Return the case of a NIfTI file; its numbers are Hounsfield units only if they can be."""
    with opened(path) as image:
        shown = displayed(image, AXIAL)
        stack, rounded = finite(_without_infinity(shown.stack))
        doubt = _doubt(image) or why_unproven(stack)
        stack, filled = _filled(stack, NOT_FINITE_HU if doubt is None else NOT_FINITE_GREY)
        planes = [replace(plane, calibrated=doubt is None) for plane in shown.planes]
        return make_case(
            Volume(compact(stack), planes),
            title="NIfTI volume",
            notes=(doubt or ASSUMED, *filled, *rounded, *shown.notes),
        )


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Yield the nibabel image of a file whatever its name; damage inside becomes one sentence."""
    with foreign_reader(DAMAGED), path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        sizes = {int.from_bytes(head[:4], order) for order in ("little", "big")}
        if any(n in sizes and head[place:].startswith(ni) for n, (place, ni) in PAIR.items()):
            raise UnreadableScan(
                "It is the header of a NIfTI pair (.hdr and .img), which says nothing without the "
                "other file; convert the pair to one .nii file."
            )
        kind = nib.Nifti2Image if NIFTI_2 in sizes else nib.Nifti1Image
        image = kind.from_stream(stream)
        # Its own header has a size of 1 where the file has none.
        stream.seek(0)
        told = kind.header_class.from_fileobj(stream, check=False)
        image.extra["sizes"] = told["pixdim"][1 : 1 + STACK_NDIM]
        _refuse_other_shapes(image)
        if not packed:
            _refuse_missing_bytes(image, path)
        yield image


def displayed(image: Any, axes: str) -> Displayed:  # noqa: ANN401 - nibabel is untyped
    """Return a volume as slices (S, H, W) whose columns, rows and slices point along ``axes``.

    Parameters
    ----------
    image
        A nibabel image of three axes, or of two and then a single slice.
    axes
        Three letters of R/L, A/P, S/I as `nibabel.orientations` uses them.
    """
    values = _numbers(image.dataobj)
    values = values.reshape((*values.shape, 1)[:STACK_NDIM])
    millimetres = MILLIMETRES.get(int(image.header["xyzt_units"]) & UNIT_BITS)
    notes = [] if millimetres else [NO_LENGTH]
    affine, doubt = _affine(image)
    if affine is not None:
        affine[:3] *= millimetres or 1.0
        turned = turned_to(axes, values, affine)
        if turned is not None:
            stack, planes = turned
            return Displayed(stack, *_measured(planes, [*notes, *[doubt] * bool(doubt)]))
        doubt = SKEWED
    stack = np.transpose(values, (2, 1, 0))
    spacing = None if doubt == SKEWED else _spacing(image)
    if spacing and millimetres:
        spacing = (spacing[0] * millimetres, spacing[1] * millimetres)
    return Displayed(stack, *_measured([Plane(spacing)] * len(stack), [*notes, doubt]))


def turned_to(
    axes: str, values: NDArray[np.generic], affine: NDArray[np.float64]
) -> tuple[NDArray[np.generic], list[Plane]] | None:
    """Return voxels (columns, rows, slices) as slices (S, H, W) along ``axes``, and their planes.

    None if rows and columns are not at a right angle.
    """
    start = orientations.io_orientation(affine)
    turn = orientations.ornt_transform(start, orientations.axcodes2ornt(axes))
    turned = affine @ orientations.inv_ornt_aff(turn, values.shape)
    if not _perpendicular(turned):
        return None
    stack = np.transpose(orientations.apply_orientation(values, turn), (2, 1, 0))
    return stack, _planes(turned, len(stack))


def _numbers(proxy: Any) -> NDArray[np.generic]:  # noqa: ANN401
    """Return the numbers of an image (columns, rows, slices): int16 where its slope keeps them so.

    A volume of 16 bits becomes one of 32 bits only if it must: it is large.
    """
    slope, intercept = float(proxy.slope), float(proxy.inter)
    if (slope, intercept) == (1.0, 0.0):
        return proxy.get_unscaled()  # type: ignore[no-any-return]
    stored = proxy.get_unscaled() if proxy.dtype.kind in "iu" else np.empty(0)
    whole = stored.size > 0 and slope.is_integer() and intercept.is_integer()
    ends = [int(end) * slope + intercept for end in (stored.min(), stored.max())] if whole else []
    if not whole or min(ends) < INT16.min or max(ends) > INT16.max:
        return np.asarray(proxy, np.float32)
    scaled = np.empty(stored.shape, np.int16, order="F")
    for index in range(stored.shape[-1]):
        scaled[..., index] = stored[..., index].astype(np.int64) * int(slope) + int(intercept)
    return scaled


def _affine(image: Any) -> tuple[NDArray[np.float64] | None, str]:  # noqa: ANN401
    """Return the way from voxels to the patient and a note on it; None if it cannot be trusted."""
    sized = _are_sizes(image.extra["sizes"][: image.ndim])
    known = (_way(image.header.get_sform), _way(image.header.get_qform) if sized else None)
    ways = [way for way in known if way is not None]
    if not ways:
        return None, "The orientation is unknown: which side is left cannot be told."
    if len({orientations.aff2axcodes(way) for way in ways}) > 1:
        return None, (
            "The file tells two orientations that contradict one another: which side is left "
            "cannot be told."
        )
    apart = not np.allclose(ways[0], ways[-1], atol=0.01 * np.abs(ways[0][:3, :3]).max())
    return ways[0], "The file tells two places in the patient: its sform's is taken." * apart


def _are_sizes(numbers: NDArray[np.floating]) -> bool:
    """Whether numbers can be lengths."""
    return bool((np.isfinite(numbers) & (numbers > 0)).all())


def _way(told: Callable[..., tuple[Any, int]]) -> NDArray[np.float64] | None:
    """Return the affine that a header tells, None if there is none or an impossible one."""
    try:
        with foreign_reader(DAMAGED):
            affine, code = told(coded=True)
            regular = code > 0 and affine is not None and np.isfinite(affine).all()
            if not regular or np.isnan(orientations.io_orientation(affine)).any():
                return None
            return np.array(affine, np.float64)
    except UnreadableScan:
        return None


def _perpendicular(affine: NDArray[np.float64]) -> bool:
    """Whether rows and columns are at a right angle; slices may lean, as under a tilted gantry."""
    row, column = affine[:3, 0], affine[:3, 1]
    return bool(abs(row @ column) <= SKEW * np.linalg.norm(row) * np.linalg.norm(column))


def _without_infinity(stack: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the numbers with NaN for infinite ones."""
    if stack.dtype.kind != "f" or not np.isinf(stack).any():
        return stack
    return np.where(np.isinf(stack), np.asarray(np.nan, stack.dtype), stack)


def _filled(stack: NDArray[np.generic], fill: int) -> tuple[NDArray[np.generic], list[str]]:
    """Return the numbers with a fill for NaN, and a note where there is any."""
    if stack.dtype.kind != "f" or np.isfinite(stack).all():
        return stack, []
    note = f"Voxels that hold no finite number are shown as {fill}."
    return np.nan_to_num(stack, nan=fill), [note]


def _doubt(image: Any) -> str | None:  # noqa: ANN401
    """Return what the header says against Hounsfield units."""
    intent = int(image.header["intent_code"])
    kind = "labels" if intent in LABELS else "statistics" if intent in STATISTICS else ""
    if kind:
        return f"The file says that it is a map of {kind}: its numbers are not Hounsfield units."
    proxy = image.dataobj
    if proxy.dtype.itemsize == 1 and (float(proxy.slope), float(proxy.inter)) == (1.0, 0.0):
        return "Numbers of 8 bits are not Hounsfield units but grey values."
    return None


def _spacing(image: Any) -> tuple[float, float] | None:  # noqa: ANN401
    """Return the spacing (down a column, along a row) of a volume without orientation."""
    column, row = (float(size) for size in image.extra["sizes"][:2])
    return (row, column) if _are_sizes(np.array([row, column])) else None


def _measured(planes: list[Plane], notes: list[str]) -> tuple[list[Plane], tuple[str, ...]]:
    """Return planes and notes without a spacing that no pixel of a CT has."""
    low, high = SPACING_MM
    spacing = planes[0].spacing_mm
    if spacing and all(low <= length <= high for length in spacing):
        return planes, tuple(notes)
    planes = [replace(plane, spacing_mm=None) for plane in planes]
    return planes, (*(note for note in notes if note != NO_LENGTH), UNMEASURED)


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
    shape = tuple(map(int, image.shape))
    if image.get_data_dtype().names or image.get_data_dtype().kind not in "iuf":
        raise UnreadableScan("It holds colours or complex numbers, not Hounsfield units.")
    if len(shape) < 2:
        raise UnreadableScan("It holds a row of numbers, not an image; export the volume.")
    if any(size != 1 for size in shape[3:]):
        raise UnreadableScan("It holds several volumes; export the one to read by itself.")
    columns, rows, slices = (*shape, 1, 1)[:3]
    check_size(slices, rows, columns)


def _refuse_missing_bytes(image: Any, path: Path) -> None:  # noqa: ANN401
    """Refuse a file that is shorter than its header says, before any memory is reserved."""
    proxy = image.dataobj
    needed = proxy.offset + proxy.dtype.itemsize * int(np.prod(proxy.shape, dtype=object))
    if path.stat().st_size < needed:
        raise UnreadableScan("A part of it is missing; copy or export it again.")
