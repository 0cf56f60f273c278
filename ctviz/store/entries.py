"""The rows of the list of cases."""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache


@dataclass(frozen=True)
class CaseEntry:
    """One case of the list of cases; everything in it is safe to show.

    Parameters
    ----------
    id, patient
        Pseudonyms of the case and of its patient.
    title
        How it is shown.
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
    came_as
        The title that it came with, where somebody has given it another.
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
    came_as: str | None = None

    @property
    def middle(self) -> int:
        """Index of the slice that stands for the case in a list."""
        return self.slices // 2


@lru_cache(maxsize=256)
def _notes(text: str) -> tuple[str, ...]:
    """Return a case's notes, which many cases have in common."""
    return tuple(json.loads(text))


def entry_of(row: sqlite3.Row) -> CaseEntry:
    """Return what a row of the view ``named_cases`` says."""
    spacing = (row["row_spacing_mm"], row["column_spacing_mm"])
    return CaseEntry(
        id=row["id"],
        patient=row["patient"],
        title=row["given"] or row["title"],
        came_as=row["title"] if row["given"] else None,
        slices=row["slices"],
        shape=(row["rows"], row["columns"]),
        spacing_mm=None if None in spacing else spacing,
        source=row["source"],
        truth=row["given_truth"] or row["truth"],
        notes=_notes(row["notes"]),
        added=datetime.fromisoformat(row["added"]),
    )
