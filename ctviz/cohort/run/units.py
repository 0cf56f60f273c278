"""Which slices a study looks at: cohorts by name or from a folder of scans."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ctviz.backend import Backend, Demo
from ctviz.backend.cases.demo import LABEL, MADE, READER
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.scans import PSEUDONYM, is_folder, remember, remembered
from ctviz.cohort.run.waiting import waited
from ctviz.core import InvalidInput, Mask, Prior, Progress, Region, Slice, UnknownName
from ctviz.store import CaseEntry

LABELS = "labels.csv"
"""The table of true classes that a folder of scans may hold."""

MIDDLE_SHARE = 0.5
"""Slices of a case without drawings are taken from this share of it, around its middle."""


@dataclass(frozen=True)
class Unit:
    """One slice of a study: what is computed at a time.

    Parameters
    ----------
    case, patient
        Pseudonyms.
    truth
        The true class by name, where it is known.
    reader, label
        Whose drawings its maps are compared with; no reader where nobody drew, every label where
        none is named.
    among
        The cohort's cases: with those of other patients corrected agreement compares.
    """

    case: str
    patient: str
    slice_index: int
    truth: str | None = None
    reader: str = ""
    label: str = ""
    among: tuple[str, ...] = ()

    def image(self, backend: Backend) -> Slice:
        """Return the slice itself."""
        return backend.case(self.case).slice(self.slice_index)

    def mask(self, backend: Backend) -> Mask | None:
        """Return what the reader drew on the slice, (H, W); None where nothing was drawn."""
        if not self.reader:
            return None
        regions = backend.store.regions(self.case, self.reader, slice_index=self.slice_index)
        masks = [region.mask for region in regions if self.label in {"", region.label}]
        return reduce(np.logical_or, masks) if masks else None

    def prior(self, backend: Backend) -> Prior | None:
        """Return where the cohort's other patients have the region; None where nobody drew."""
        if not self.reader:
            return None
        return backend.prior(self.case, self.reader, self.label, among=self.among)


def _demo(backend: Backend, progress: Progress) -> tuple[str, ...]:
    folder = backend.settings.data / "demo"
    return _made(backend, [Demo(folder), Demo.more_patients(folder)], progress)


def _marked(backend: Backend, progress: Progress) -> tuple[str, ...]:
    return _made(backend, [Demo.marked_patients(backend.settings.data / "marked demo")], progress)


def _own(backend: Backend, _: Progress) -> tuple[str, ...]:
    return tuple(entry.id for entry in backend.cases() if entry.source not in MADE)


COHORTS: Mapping[str, Callable[[Backend, Progress], tuple[str, ...]]] = MappingProxyType(
    {"demo": _demo, "marked": _marked, "annotated": _own, "all": _own}
)
"""Named cohorts: they make or list their cases. ``annotated`` and ``all`` are one's own cases."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "demo": "the demo cohort of phantoms",
        "marked": "the demo cohort whose scans with contrast agent carry a marker",
        "annotated": "all own cases with a drawing",
        "all": "all own cases",
        "phantoms": "phantoms whose truth is known",
    }
)


def reference_region(study: CohortStudy) -> tuple[str, str]:
    """Return whose drawings of what a study's maps are compared with, as far as the plan tells."""
    if study.cohort in {"demo", "marked"} and not study.reader:
        return READER, study.label or LABEL
    return study.reader, study.label or study.finding


def cohort_title(study: CohortStudy) -> str:
    """Return the cohort in words; a folder's name may tell a patient and is not said."""
    return TITLES.get(study.cohort, "the cases of a folder of scans")


def units_of(
    backend: Backend, study: CohortStudy, progress: Progress | None = None
) -> tuple[Unit, ...]:
    """Return the slices of a study, cases that are missing being made or brought in first.

    Of an annotated case these are annotated slices, of any other slices around its middle; in
    the cohort ``annotated`` a case without a drawing is left out.
    """
    progress = progress or Progress()
    reader, label = reference_region(study)
    entries = [backend.store.case(case_id) for case_id in _cases(backend, study, progress)]
    reader = reader or _only_reader(backend, entries)
    among = tuple(entry.id for entry in entries)
    units: list[Unit] = []
    for entry in entries:
        progress.check()
        drawn = _drawn(backend.store.regions(entry.id, reader), label) if reader else []
        if drawn or study.cohort != "annotated":
            chosen = spread(drawn or _middle(entry.slices), study.slices_per_case)
            who, what = (reader, label) if drawn else ("", "")
            units += [
                Unit(entry.id, entry.patient, index, entry.truth, who, what, among)
                for index in chosen
            ]
    if not units:
        raise InvalidInput(
            f"The cohort '{study.cohort}' has no slice to study; bring in cases, or draw regions "
            "on them."
        )
    return tuple(units)


def _cases(backend: Backend, study: CohortStudy, progress: Progress) -> tuple[str, ...]:
    if study.cohort in COHORTS:
        return COHORTS[study.cohort](backend, progress)
    if PSEUDONYM.fullmatch(study.cohort):
        return remembered(backend.settings, study.cohort)
    if not is_folder(study.cohort):
        raise UnknownName("cohort or folder", study.cohort, COHORTS)
    folder = Path(study.cohort)
    labels = folder / LABELS
    job = (
        backend.import_labelled(folder, labels) if labels.is_file() else backend.import_path(folder)
    )
    cases = waited(job, progress).cases
    remember(backend.settings, folder, cases)
    return cases


def _made(backend: Backend, demos: Sequence[Demo], progress: Progress) -> tuple[str, ...]:
    """Return the cases of demo cohorts, whose missing patients are made."""
    brought = [waited(backend.import_demo(demo), progress) for demo in demos]
    return tuple(case_id for imported in brought for case_id in imported.cases)


def _only_reader(backend: Backend, entries: Sequence[CaseEntry]) -> str:
    """Return who drew on the cases, nobody if nobody did; several must be told apart by name."""
    annotations = backend.store.annotations()
    readers = sorted({who for entry in entries for who in annotations.get(entry.id, ())})
    if len(readers) > 1:
        raise InvalidInput(
            f"Several readers drew on this cohort ({', '.join(readers)}); name one in the plan."
        )
    return readers[0] if readers else ""


def _drawn(regions: Sequence[Region], label: str) -> list[int]:
    return sorted({region.slice_index for region in regions if label in {"", region.label}})


def _middle(slices: int) -> list[int]:
    """Return the indices of the middle part of a case."""
    margin = round((1 - MIDDLE_SHARE) / 2 * slices)
    return list(range(slices))[margin : slices - margin]


def spread(indices: Sequence[int], wanted: int) -> list[int]:
    """Return some of the indices, evenly spread from the first to the last; all if wanted is 0.

    >>> spread(range(10), 2)
    [2, 7]
    """
    if wanted == 0 or wanted >= len(indices):
        return list(indices)
    places = (np.arange(wanted) + 0.5) * len(indices) / wanted
    return [indices[int(place)] for place in places]
