"""A CT examination as a reader meets it: a Case of Slices."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ctviz.core.acquisition import UNKNOWN, Acquisition
from ctviz.core.arrays import FloatMap, digest, frozen
from ctviz.core.errors import InvalidInput

IMAGE_NDIM = 2


@dataclass(frozen=True, eq=False)
class Slice:
    """One axial image with its geometry.

    Parameters
    ----------
    hounsfield
        (H, W) float32, Hounsfield units; plain grey values where ``calibrated`` is false.
    spacing_mm
        Distance of neighbouring pixel centres, (down a column, along a row); None if unknown.
    orientation
        DICOM's ImageOrientationPatient: the patient direction of a row, then of a column
        (x towards the patient's left, y towards posterior, z towards the head); None if unknown.
    position_mm
        Patient coordinates of the first pixel's centre; None if unknown.
    calibrated
        Whether the numbers are Hounsfield units.
    around
        The case that it belongs to, for networks that see its neighbours; None for a single image.
    """

    hounsfield: FloatMap
    spacing_mm: tuple[float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    position_mm: tuple[float, float, float] | None = None
    calibrated: bool = True
    around: "Neighbourhood | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        pixels = frozen(np.asarray(self.hounsfield), np.float32)
        if pixels.ndim != IMAGE_NDIM or 0 in pixels.shape:
            raise InvalidInput(f"A slice must be an image of rows and columns, not {pixels.shape}.")
        if not np.isfinite(pixels).all():
            raise InvalidInput(
                "A slice must not contain NaN or infinite pixels; replace them first."
            )
        object.__setattr__(self, "hounsfield", pixels)

    @property
    def shape(self) -> tuple[int, int]:
        """(H rows, W columns)."""
        rows, columns = self.hounsfield.shape
        return rows, columns

    @cached_property
    def digest(self) -> str:
        """The sha256 of the pixels; equal pixels have equal maps, whoever they belong to."""
        return digest(self.hounsfield)

    @property
    def identity(self) -> str:
        """Its pixels and its place: tells it from equal slices with other neighbours, too."""
        if self.around is None:
            return self.digest
        return f"{self.digest} {self.around.case_id} {self.around.slice_index}"

    def in_place_of(self, other: "Slice") -> "Slice":
        """Return the slice with the neighbours of another, which it takes the place of."""
        return replace(self, around=other.around)


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The slices of a case as one of them sees them.

    Parameters
    ----------
    slices
        Those of the case, in the order of reading; may load them on demand.
    slice_index
        Which of them it is.
    case_id
        The case's pseudonym.
    chosen
        Whether these are not all slices of the case, but those that a network's channels show.
    """

    slices: Sequence[Slice]
    slice_index: int
    case_id: str = ""
    chosen: bool = False
    _kept: dict[int, Slice] = field(default_factory=dict, repr=False)

    def at(self, slice_index: int) -> Slice:
        """Return a neighbour, which is loaded once."""
        if slice_index not in self._kept:
            self._kept[slice_index] = self.slices[slice_index]
        return self._kept[slice_index]


@dataclass(frozen=True, eq=False)
class Case:
    """One CT examination under a pseudonym; who the patient is never leaves `ctviz.io`.

    Parameters
    ----------
    id
        Pseudonym, the same whenever the same pixels are loaded.
    slices
        In the order of reading, top of the image stack first; may load its slices on demand.
    patient
        Pseudonym shared by the cases of one patient, the unit of statistics.
    title
        How lists show the case.
    truth
        The true class by name, where it is known.
    notes
        Sentences on what a reader must know: what was lost, assumed or uneven.
    acquisition
        How it was made, as far as that is the same for all slices.
    sources
        Code of the image that each slice was read from, by which outlines of it are recognised;
        empty where that is unknown. It tells nothing without the data folder's key.
    """

    id: str
    slices: Sequence[Slice]
    patient: str = ""
    title: str = ""
    truth: str | None = None
    notes: tuple[str, ...] = ()
    acquisition: Acquisition = UNKNOWN
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.slices) == 0:
            raise InvalidInput(f"The case '{self.id}' has no slices.")
        if self.sources and len(self.sources) != len(self.slices):
            raise InvalidInput(f"The case '{self.id}' must say of each slice where it came from.")

    def slice(self, slice_index: int) -> Slice:
        """Return one slice, which knows its neighbours, refusing an index that does not exist."""
        if not 0 <= slice_index < len(self.slices):
            raise InvalidInput(
                f"The case '{self.id}' has slices 0 to {len(self.slices) - 1}, not {slice_index}."
            )
        around = Neighbourhood(self.slices, slice_index, self.id)
        return replace(self.slices[slice_index], around=around)
