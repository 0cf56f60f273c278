"""Which cases of the list a table of true classes speaks of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Self

from ctviz.core import InvalidInput
from ctviz.store import CaseEntry

ENDINGS = (".gz", ".nii", ".dcm", ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".zip")
TABLE_ENDING = ".csv"


@dataclass(frozen=True)
class Labelling:
    """What a table says of the cases that are there.

    Parameters
    ----------
    truths
        The class of every case that a row names, by the case's id.
    new
        Those of them that have no class or another one.
    matched
        How many rows name a case.
    strange
        Names of no case.
    shared
        Names that several cases have, so that it is not known which is meant.
    """

    truths: Mapping[str, str]
    new: Mapping[str, str]
    matched: int
    strange: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @classmethod
    def of(cls, classes: Mapping[str, str], entries: Iterable[CaseEntry]) -> Self:
        """Return what a table's classes, by the names that it gives, are to these cases.

        Raises
        ------
        InvalidInput
            If two rows name one case and give it different classes.
        """
        entries = list(entries)
        places = _places(entries)
        names: dict[str, str] = {}
        truths: dict[str, str] = {}
        strange: list[str] = []
        shared: list[str] = []
        for name, truth in classes.items():
            found = next((places[key] for key in _keys(name) if key in places), set())
            if len(found) != 1:
                (shared if found else strange).append(name)
                continue
            (case_id,) = found
            if truths.setdefault(case_id, truth) != truth:
                raise InvalidInput(
                    f"The table of labels names one case twice, as '{names[case_id]}' and as "
                    f"'{name}', with different classes; keep one of them."
                )
            names.setdefault(case_id, name)
        known = {entry.id: entry.truth for entry in entries}
        new = {case_id: truth for case_id, truth in truths.items() if truth != known[case_id]}
        matched = len(classes) - len(strange) - len(shared)
        return cls(truths, new, matched, tuple(strange), tuple(shared))


def tables_among(folder: Path) -> list[Path]:
    """Return the tables among the files that a browser has brought into a folder of the spool."""
    return sorted(path for path in folder.glob("files/*/*") if path.suffix.lower() == TABLE_ENDING)


def _places(entries: Iterable[CaseEntry]) -> dict[str, set[str]]:
    """Return which cases a name may mean, in small letters."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for name in (entry.id, entry.patient, entry.title, entry.came_as):
            if name:
                places[name.casefold()].add(entry.id)
    return dict(places)


def _keys(name: str) -> Iterator[str]:
    """Yield what a name may be called on the list: as it is, its file, its folders from within.

    >>> list(_keys("Week 1/lung_012.nii.gz"))
    ['week 1/lung_012.nii.gz', 'lung_012.nii.gz', 'lung_012', 'week 1']
    """
    whole = name.casefold()
    yield whole
    # Knows both kinds of slash.
    for part in reversed(PureWindowsPath(whole).parts):
        stem = part
        while stem.endswith(ENDINGS):
            stem = stem[: stem.rindex(".")]
        yield from dict.fromkeys((part, stem))
