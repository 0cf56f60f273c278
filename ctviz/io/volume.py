"""The pixels of a case as they are kept: one array, and one plane in the patient per slice."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Case, InvalidInput, Slice, digest
from ctviz.core.acquisition import UNKNOWN, Acquisition

Pixels: TypeAlias = NDArray[np.int16] | NDArray[np.float32]
"""(S, H, W): int16 wherever that is exact, else float32."""

Triple: TypeAlias = tuple[float, float, float]
Directions: TypeAlias = tuple[float, float, float, float, float, float]

Source: TypeAlias = tuple[Path, int]
"""The file that a slice was read from, and its place in it, from 0."""

INT16 = np.iinfo(np.int16)
DIGITS = 4
"""Decimals of lengths and directions that count: a ten-thousandth of a millimetre."""


@dataclass(frozen=True)
class Plane:
    """Where a slice lies in the patient; the fields are those of `ctviz.core.Slice`."""

    spacing_mm: tuple[float, float] | None = None
    orientation: Directions | None = None
    position_mm: Triple | None = None
    calibrated: bool = True


def corners(place: Plane | Slice, shape: tuple[int, int]) -> NDArray[np.float64] | None:
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


class Volume(Sequence[Slice]):
    """The slices of a case, made from the stored pixels on demand.

    Parameters
    ----------
    pixels
        (S, H, W) int16 or float32; may be memory-mapped.
    planes
        One per slice.
    sources
        Where each slice was read from, as long as that is remembered: it is never saved.
    """

    def __init__(
        self, pixels: Pixels, planes: Sequence[Plane], sources: Sequence[Source] = ()
    ) -> None:
        if pixels.ndim != 3 or len(pixels) != len(planes):
            raise InvalidInput(
                f"A volume needs one plane per slice, not {len(planes)} for {pixels.shape}."
            )
        self.pixels = pixels.view()
        self.pixels.flags.writeable = False
        self.planes = tuple(planes)
        self.sources = tuple(sources)

    def __len__(self) -> int:
        return len(self.planes)

    @overload
    def __getitem__(self, index: int) -> Slice: ...
    @overload
    def __getitem__(self, index: slice) -> list[Slice]: ...
    def __getitem__(self, index: int | slice) -> Slice | list[Slice]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        plane = self.planes[index]
        return Slice(
            self.pixels[index].astype(np.float32),
            plane.spacing_mm,
            plane.orientation,
            plane.position_mm,
            plane.calibrated,
        )

    @property
    def digest(self) -> str:
        """The sha256 of pixels and geometry, whatever file they came from."""
        return digest(self.pixels, json.dumps([asdict(rounded(plane)) for plane in self.planes]))


def rounded(plane: Plane) -> Plane:
    """Return the plane with as many decimals as two files of the same scan agree on."""

    def short(numbers: tuple[float, ...] | None) -> tuple[float, ...] | None:
        # Adding zero turns -0.0, which prints differently, into 0.0.
        return None if numbers is None else tuple(round(x, DIGITS) + 0.0 for x in numbers)

    return Plane(
        short(plane.spacing_mm),  # type: ignore[arg-type]
        short(plane.orientation),  # type: ignore[arg-type]
        short(plane.position_mm),  # type: ignore[arg-type]
        plane.calibrated,
    )


def compact(pixels: NDArray[np.generic]) -> Pixels:
    """Return the pixels as int16 if every value survives it, else as float32."""
    if pixels.dtype == np.int16:
        return pixels.astype(np.int16, copy=False)
    if pixels.dtype.kind in "iu" and INT16.min <= pixels.min() and pixels.max() <= INT16.max:
        return pixels.astype(np.int16)
    floats = pixels.astype(np.float32, copy=False)
    if all(_fits_int16(image) for image in floats):
        return floats.astype(np.int16)
    return floats


def _fits_int16(image: NDArray[np.float32]) -> bool:
    """Whether an image holds whole numbers of 16 bits only."""
    inside = INT16.min <= image.min() and image.max() <= INT16.max
    return bool(inside and (image == np.rint(image)).all())


def as_volume(slices: Sequence[Slice]) -> Volume:
    """Return any sequence of slices as a volume, copying them unless they are one already."""
    if isinstance(slices, Volume):
        return slices
    if len({image.shape for image in slices}) != 1:
        raise InvalidInput("The slices of a case must all have the same number of pixels.")
    pixels = compact(np.stack([image.hounsfield for image in slices]))
    planes = [
        Plane(image.spacing_mm, image.orientation, image.position_mm, image.calibrated)
        for image in slices
    ]
    return Volume(pixels, planes)


def make_case(  # noqa: PLR0913 - the parts of a case, each by its name
    volume: Volume,
    *,
    title: str,
    patient: str = "",
    truth: str | None = None,
    notes: Sequence[str] = (),
    acquisition: Acquisition = UNKNOWN,
    sources: tuple[str, ...] = (),
) -> Case:
    """Return the case of a volume under the pseudonym that its pixels give it."""
    code = pixel_code(volume)
    return Case(
        id=f"C-{code}",
        slices=volume,
        patient=patient or f"P-{code}",
        title=title,
        truth=truth,
        notes=tuple(dict.fromkeys(notes)),
        acquisition=acquisition,
        sources=sources,
    )


def pixel_code(volume: Volume) -> str:
    """Return what a volume's case is called by: equal pixels and geometry, equal code."""
    return volume.digest[:8]


def plural(count: int, noun: str) -> str:
    """Return a counted noun.

    >>> plural(1, "slice"), plural(3, "slice")
    ('1 slice', '3 slices')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
