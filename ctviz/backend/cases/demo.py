"""The demo cohort: phantoms written as DICOM, read back as any scan, with their known anatomy."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from ctviz.backend.cases.catalogue import Cases
from ctviz.backend.cases.intake import Imported
from ctviz.core import Progress, Region, saved_or_said
from ctviz.io import OffLimits, load_case, write_series
from ctviz.phantom import Phantom, chest, marker_mask, with_marker

READER, LABEL, MARKER = "phantom", "heart and great vessels", "marker"
FIRST_SEED, FIRST_MARKED_SEED = 90_001, 95_001
"""Demo patients are none of those that models are trained or measured on."""

DEMO, DEMO_STUDY, MARKED_DEMO = "demo", "demo study", "marked demo"
"""Sources of cases that ctviz made: to be read, more patients for a study, and with a marker."""

MADE = (DEMO, DEMO_STUDY, MARKED_DEMO)


@dataclass(frozen=True)
class DemoPatient:
    """One patient of the demo cohort, who exists only as a seed.

    A marked one carries a bright square in the corner of every slice if contrast agent was given.
    """

    number: int
    marked: bool = False

    @property
    def title(self) -> str:
        """How the case is listed."""
        return f"Marked phantom {self.number}" if self.marked else f"Phantom {self.number}"

    @property
    def contrast(self) -> bool:
        """Whether contrast agent was given: to every second patient."""
        return self.number % 2 == 1

    def examine(self, slices: int, size: int) -> Phantom:
        """Return the examination."""
        # Pixels name a case, so that marked patients must be others than the demo's.
        seed = (FIRST_MARKED_SEED if self.marked else FIRST_SEED) + self.number
        phantom = chest(seed, contrast=self.contrast, slices=slices, size=size)
        if not (self.marked and self.contrast):
            return phantom
        return replace(phantom, hounsfield=with_marker(phantom.hounsfield))


@dataclass(frozen=True)
class Demo:
    """How large the demo cohort is, and where its DICOM files may be looked at.

    Parameters
    ----------
    folder
        Holds one folder of DICOM files per patient, put there when the patient is complete.
    first
        Number of the first patient.
    source
        What the list of cases says of them.
    marked
        Whether a marker in the corner tells who was given contrast agent.
    """

    folder: Path
    patients: int = 8
    slices: int = 12
    size: int = 512
    first: int = 1
    source: str = DEMO
    marked: bool = False

    @classmethod
    def more_patients(cls, folder: Path) -> Self:
        """Return the patients whom a study needs beside the demo cohort, with few slices each."""
        return cls(folder, patients=16, slices=3, first=cls.patients + 1, source=DEMO_STUDY)

    @classmethod
    def marked_patients(cls, folder: Path) -> Self:
        """Return as many patients whose scans carry a marker."""
        return cls(folder, patients=24, slices=3, source=MARKED_DEMO, marked=True)

    def bring(self, cases: Cases, progress: Progress) -> Imported:
        """Make every patient who is missing, and list them all."""
        entries = cases.store.cases()
        there = {
            entry.came_as or entry.title: entry.id
            for entry in entries
            if entry.source == self.source
        }
        numbers = range(self.first, self.first + self.patients)
        patients = [DemoPatient(number, self.marked) for number in numbers]
        missing = [
            patient
            for patient in patients
            if patient.title not in there or not self._folder_of(patient).is_dir()
        ]
        progress.start(len(missing))

        def examine(patient: DemoPatient) -> Phantom:
            progress.check()
            return patient.examine(self.slices, self.size)

        with ThreadPoolExecutor(2) as threads:
            for patient, phantom in zip(missing, threads.map(examine, missing), strict=True):
                there[patient.title] = self._keep(patient, phantom, cases)
                progress.advance()
        return Imported(tuple(there[patient.title] for patient in patients))

    def _folder_of(self, patient: DemoPatient) -> Path:
        return self.folder / patient.title.lower().replace(" ", "-")

    def _keep(self, patient: DemoPatient, phantom: Phantom, cases: Cases) -> str:
        """Write the examination as DICOM, read it back, and return the case's id."""
        with cases.staging.room() as room, saved_or_said():
            self.folder.mkdir(parents=True, exist_ok=True)
            series = room / "series"
            write_series(
                series,
                phantom.hounsfield,
                spacing_mm=phantom.spacing_mm,
                slice_spacing_mm=phantom.slice_spacing_mm,
                contrast=phantom.contrast,
                uid_entropy=f"ctviz demo {phantom.seed}",
                title=patient.title,
            )
            case = load_case(series, key=cases.key, off_limits=OffLimits())
            cases.keep(case, self.source)
            for slice_index, mask in enumerate(phantom.heart_and_vessels):
                cases.store.append_region(Region(case.id, slice_index, READER, LABEL, mask))
                if patient.marked and patient.contrast:
                    marker = Region(case.id, slice_index, READER, MARKER, marker_mask(mask.shape))
                    cases.store.append_region(marker)
            final = self._folder_of(patient)
            shutil.rmtree(final, ignore_errors=True)
            series.rename(final)
        return case.id
