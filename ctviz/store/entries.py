"""The rows of the list of cases."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class CaseEntry:
    """One case of the list of cases; everything in it is safe to show.

    Parameters
    ----------
    id, patient
        Pseudonyms of the case and of its patient.
    slices
        How many there are.
    shape
        (H rows, W columns) of each slice.
    spacing_mm
        Distance of neighbouring pixel centres, (down a column, along a row); None if unknown.
    source
        Where it came from: ``demo``, ``dicom``, ``nifti`` or ``image``.
    truth
        The true class by name, where it is known.
    notes
        Sentences on what a reader must know of the case.
    added
        When it was first added, with its time zone.
    """

    id: str
    patient: str
    title: str
    slices: int
    shape: tuple[int, int]
    spacing_mm: tuple[float, float] | None = None
    source: str = "dicom"
    truth: str | None = None
    notes: tuple[str, ...] = ()
    added: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def middle(self) -> int:
        """Index of the slice that stands for the case in a list."""
        return self.slices // 2
