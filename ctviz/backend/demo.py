"""The demo cohort: phantoms written as DICOM, read back as any scan, with their known anatomy."""

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ctviz.backend.cases import Cases, Imported
from ctviz.core import Progress, Region
from ctviz.io import load_case, write_series
from ctviz.phantom import Phantom, chest

READER, LABEL = "phantom", "heart and great vessels"
FIRST_SEED = 90_001
"""Demo patients are none of those that models are trained or measured on."""


@dataclass(frozen=True)
class DemoPatient:
    """One patient of the demo cohort, who exists only as a seed."""

    number: int

    @property
    def title(self) -> str:
        """How the case is listed."""
        return f"Phantom {self.number}"

    @property
    def contrast(self) -> bool:
        """Whether contrast agent was given: to every second patient."""
        return self.number % 2 == 1

    def examine(self, slices: int, size: int) -> Phantom:
        """Return the examination."""
        seed = FIRST_SEED + self.number
        return chest(seed, contrast=self.contrast, slices=slices, size=size)


@dataclass(frozen=True)
class Demo:
    """How large the demo cohort is, and where its DICOM files may be looked at.

    Parameters
    ----------
    folder
        Holds one folder of DICOM files per patient, put there when the patient is complete.
    """

    folder: Path
    patients: int = 8
    slices: int = 12
    size: int = 512

    def bring(self, cases: Cases, progress: Progress) -> Imported:
        """Make every patient who is missing, and list them all."""
        there = {entry.title: entry.id for entry in cases.store.cases() if entry.source == "demo"}
        patients = [DemoPatient(number) for number in range(1, self.patients + 1)]
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
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=self.folder) as part:
            series = Path(part) / "series"
            write_series(
                series,
                phantom.hounsfield,
                spacing_mm=phantom.spacing_mm,
                slice_spacing_mm=phantom.slice_spacing_mm,
                contrast=phantom.contrast,
                uid_entropy=f"ctviz demo {phantom.seed}",
                title=patient.title,
            )
            case = load_case(series, key=cases.key)
            cases.keep(case, "demo")
            for slice_index, mask in enumerate(phantom.heart_and_vessels):
                cases.store.append_region(Region(case.id, slice_index, READER, LABEL, mask))
            final = self._folder_of(patient)
            shutil.rmtree(final, ignore_errors=True)
            series.rename(final)
        return case.id
