"""What becomes of files that somebody brings, and the one way in which they become cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ctviz.core import Case, Progress, UnreadableScan
from ctviz.io import Apart, OffLimits, Refused

OUTSIDE = "The table names a file outside of the folder; move it there and name it by its place."


@dataclass(frozen=True)
class Imported:
    """What became of the files that somebody brought.

    Parameters
    ----------
    cases
        Ids of the cases that are there now, also if they were there before.
    refused
        What could not be taken, with the reason.
    known
        Those of the cases that were there before.
    repeated
        How often a case came again in the same files.
    unlinked
        Those whose results were to go back to the patient, and cannot: their files do not say
        enough.
    """

    cases: tuple[str, ...]
    refused: tuple[Refused, ...] = ()
    # The same files brought again lead to the same cases: an import is equal to its repetition.
    known: tuple[str, ...] = field(default=(), compare=False)
    repeated: int = field(default=0, compare=False)
    unlinked: tuple[str, ...] = field(default=(), compare=False)

    @property
    def said_of_links(self) -> str:
        """The sentence on those that are unlinked, empty if there are none."""
        if not self.unlinked:
            return ""
        return (
            f"Results of {', '.join(self.unlinked)} cannot go back to the patient, because the "
            "files are not of one DICOM series that names patient, study and frame of reference; "
            "what is exported of them is anonymous."
        )

    @property
    def new(self) -> tuple[str, ...]:
        """The cases that were not there before."""
        known = set(self.known)
        return tuple(case_id for case_id in self.cases if case_id not in known)


@dataclass(frozen=True)
class Bring:
    """Brings in one path after the other; all of them are read by one process apart.

    Parameters
    ----------
    apart
        Reads them.
    keep
        Moves a case to its place, from the folder where it was read, and lists it.
    there
        Ids of the cases that were there before.
    off_limits
        What must not be opened.
    """

    apart: Apart
    keep: Callable[[Path, str | None, str], Case]
    there: frozenset[str]
    off_limits: OffLimits

    def path(
        self, path: Path, progress: Progress | None = None, truth: str | None = None
    ) -> Imported:
        """Save and list every case of a path."""
        return self._together(path, self.apart.cases_of(path, self.off_limits, progress), truth)

    def own(self, path: Path, progress: Progress | None = None) -> Imported:
        """Save and list every case of a path that ctviz made itself."""
        return self._together(path, self.apart.cases_of(path, OffLimits(), progress), None)

    def named(self, folder: Path, name: str, truth: str) -> Imported:
        """Save and list the cases of a file that a table names, which may be missing."""
        if not _inside(folder, name):
            return Imported((), (Refused("a file of the table", OUTSIDE),))
        try:
            return self.path(folder / name, truth=truth)
        except UnreadableScan as error:
            return Imported((), (Refused("a file of the table", str(error)),))

    def _together(
        self, path: Path, outcomes: Iterator[Path | Refused], truth: str | None
    ) -> Imported:
        cases, refused = [], []
        for outcome in outcomes:
            if isinstance(outcome, Refused):
                refused.append(outcome)
            else:
                cases.append(self.keep(outcome, truth, source(path)).id)
        return together([Imported((case_id,)) for case_id in cases], refused, self.there)


def together(
    parts: Sequence[Imported],
    refused: Sequence[Refused] = (),
    there: frozenset[str] = frozenset(),
) -> Imported:
    """Return what became of several parts.

    Parameters
    ----------
    refused
        What could not be taken besides.
    there
        Ids of cases that were there before.
    """
    ids = [case_id for part in parts for case_id in part.cases]
    cases = tuple(dict.fromkeys(ids))
    known = {*there, *(case_id for part in parts for case_id in part.known)}
    return Imported(
        cases,
        (*(found for part in parts for found in part.refused), *refused),
        tuple(case_id for case_id in cases if case_id in known),
        len(ids) - len(cases) + sum(part.repeated for part in parts),
    )


def _inside(folder: Path, name: str) -> bool:
    """Whether a name stays within a folder."""
    try:
        return (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def source(path: Path) -> str:
    """Return the kind of file that a path's name states, empty if none."""
    return "nifti" if path.name.lower().endswith((".nii", ".nii.gz")) else ""
