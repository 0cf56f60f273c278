"""The cases of one data folder: brought in, listed, and opened."""

import os
import secrets
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from threading import Lock

from ctviz.backend.desk import Desk
from ctviz.backend.job import Job
from ctviz.backend.keys import address
from ctviz.backend.labels import read_labels
from ctviz.backend.spool import spooled
from ctviz.backend.worker import Worker
from ctviz.core import Case, Progress, UnreadableScan
from ctviz.core.secret import kept_secret
from ctviz.io import Refused, iter_cases, open_case, save_case
from ctviz.store import CaseEntry, Store

OPEN_CASES = 8
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class Imported:
    """What became of the files that somebody brought.

    Parameters
    ----------
    cases
        Ids of the cases that are there now, also if they were there before.
    refused
        What could not be taken, with the reason.
    """

    cases: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


class Cases:
    """The list of cases with their pixels: each saved in ctviz's own anonymous form.

    Parameters
    ----------
    folder
        The data folder: database, cases, and the secret behind the patients' pseudonyms.
    processor
        Who reads the files.
    """

    def __init__(self, folder: Path, processor: Worker) -> None:
        self._folder = folder
        self.store = Store(folder / "ctviz.db")
        self.key = pseudonym_key(folder)
        self._imports: Desk[Imported] = Desk(processor, "Reading scans")
        self._open: OrderedDict[str, Case] = OrderedDict()
        self._lock = Lock()

    def open(self, case_id: str) -> Case:
        """Return a case; its pixels are read when a slice is asked for."""
        with self._lock:
            if case_id in self._open:
                self._open.move_to_end(case_id)
                return self._open[case_id]
        entry = self.store.case(case_id)
        case = replace(open_case(self._folder_of(case_id)), truth=entry.truth)
        with self._lock:
            self._open[case_id] = case
            if len(self._open) > OPEN_CASES:
                self._open.popitem(last=False)
        return case

    def import_path(self, path: Path) -> Job[Imported]:
        """Bring in a file, a folder or a zip archive; bringing it again changes nothing."""
        key = address("import", os.fspath(path))
        return self._imports.ask(key, lambda progress: self.bring(path, progress))

    def import_labelled(self, folder: Path, labels: Path) -> Job[Imported]:
        """Bring in the files that a table names, each with its true class."""
        key = address("import labelled", os.fspath(folder), os.fspath(labels))

        def compute(progress: Progress) -> Imported:
            truths = read_labels(labels)
            brought = []
            for number, (name, truth) in enumerate(truths.items()):
                progress.start(len(truths))
                progress.advance(number)
                brought.append(self._bring_named(folder, name, truth))
            return _together(brought)

        return self._imports.ask(key, compute)

    def import_uploads(self, files: Sequence[tuple[str, bytes]]) -> Job[Imported]:
        """Bring in files by name and content, as a browser sends them."""

        def compute(progress: Progress) -> Imported:
            with tempfile.TemporaryDirectory(prefix="ctviz-") as folder:
                brought = [self.bring(path, progress) for path in _unload(files, Path(folder))]
            return _together(brought)

        return self._imports.ask(address("upload", secrets.token_hex()), compute)

    def import_spooled(self, folder: Path) -> Job[Imported]:
        """Bring in what came below a folder of the spool, which is removed afterwards."""

        def compute(progress: Progress) -> Imported:
            try:
                return _together([self.bring(path, progress) for path in spooled(folder)])
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        return self._imports.ask(address("spooled", os.fspath(folder)), compute)

    def bring(
        self, path: Path, progress: Progress | None = None, truth: str | None = None
    ) -> Imported:
        """Save and list every case of a path, one in memory at a time."""
        cases, refused = [], []
        for found in iter_cases(path, key=self.key, progress=progress):
            if isinstance(found, Refused):
                refused.append(found)
            else:
                known = found if truth is None else replace(found, truth=truth)
                self.keep(known, _source(path, found))
                cases.append(found.id)
        return Imported(tuple(dict.fromkeys(cases)), tuple(refused))

    def keep(self, case: Case, source: str) -> None:
        """Save one case and list it."""
        save_case(case, self._folder_of(case.id))
        first = case.slices[0]
        self.store.add_case(
            CaseEntry(
                id=case.id,
                patient=case.patient,
                title=case.title,
                slices=len(case.slices),
                shape=first.shape,
                spacing_mm=first.spacing_mm,
                source=source,
                truth=case.truth,
                notes=case.notes,
            )
        )
        with self._lock:
            self._open.pop(case.id, None)

    def make(self, name: str, compute: Callable[[Progress], Imported]) -> Job[Imported]:
        """Bring in cases that are made on the spot; making the same twice at a time is shared."""
        return self._imports.ask(address("make", name), compute)

    def close_imports(self) -> None:
        """Give up what is being brought in."""
        self._imports.close()

    def _bring_named(self, folder: Path, name: str, truth: str) -> Imported:
        try:
            return self.bring(folder / name, truth=truth)
        except UnreadableScan as error:
            return Imported((), (Refused("a file of the table", str(error)),))

    def _folder_of(self, case_id: str) -> Path:
        return self._folder / "cases" / case_id


def pseudonym_key(folder: Path) -> bytes:
    """Return the secret from which the patients' pseudonyms are made, drawn at the first call.

    Only the owner of the data folder may read it: whoever has it can test whether a patient is
    among the cases.
    """
    return kept_secret(folder / "pseudonym.key")


def _unload(files: Sequence[tuple[str, bytes]], folder: Path) -> list[Path]:
    """Write the files below a folder; return what to read: every archive, and all the others."""
    archives, others = [], folder / "files"
    others.mkdir()
    for number, (name, content) in enumerate(files):
        archive = content.startswith(ZIP_MAGIC)
        # A folder each: equal names do not collide, and no name leads out of it.
        own = (folder if archive else others) / f"{number:05d}"
        own.mkdir()
        path = own / (PurePosixPath(name.replace("\\", "/")).name.lstrip(".") or "upload")
        path.write_bytes(content)
        if archive:
            archives.append(path)
    return archives if len(archives) == len(files) else [*archives, others]


def _together(parts: Sequence[Imported]) -> Imported:
    cases = dict.fromkeys(case_id for part in parts for case_id in part.cases)
    return Imported(tuple(cases), tuple(refused for part in parts for refused in part.refused))


def _source(path: Path, case: Case) -> str:
    """Return what kind of file a case came from."""
    if path.name.lower().endswith((".nii", ".nii.gz")):
        return "nifti"
    return "dicom" if case.slices[0].calibrated else "image"
