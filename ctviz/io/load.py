"""The door for scans: a file, a folder or a zip archive in, cases under pseudonyms out."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ctviz.core import Case, Progress, UnreadableScan
from ctviz.io.archive import unpack_zip
from ctviz.io.dicom.header import Instance, describe, identity_words, read_header
from ctviz.io.dicom.series import cases_of
from ctviz.io.identity import harmless_name
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.loaded import Loaded, Refused
from ctviz.io.nifti import load_nifti
from ctviz.io.picture import load_pictures, natural_order

SKIPPED = frozenset({"dicomdir", "thumbs.db", "desktop.ini", "__macosx"})
"""Files and folders that systems add by themselves; nobody wants to hear of them."""

WHY_NOT = {
    Kind.EMPTY: "The file is empty; copy or export it again.",
    Kind.ZIP: "An archive inside a folder or archive is not opened; unpack it first.",
    Kind.GZIP: "It is compressed, and not a NIfTI file; unpack it first.",
    Kind.OTHER: "It is no image that ctviz reads (DICOM, NIfTI, PNG, TIFF, JPEG); leave it out.",
}


def load_case(path: Path | str, *, key: bytes = b"") -> Case:
    """Return the only case of a file, folder or zip archive.

    Parameters
    ----------
    path
        DICOM, NIfTI, PNG, TIFF or JPEG, told by content and not by name.
    key
        Secret for the patients' pseudonyms.
    """
    loaded = load_cases(path, key=key)
    if len(loaded.cases) == 1:
        return loaded.cases[0]
    if loaded.cases:
        raise UnreadableScan(
            f"There are {len(loaded.cases)} cases; load them with load_cases, or name one series."
        )
    more = f" ({len(loaded.refused)} files were refused.)" if len(loaded.refused) > 1 else ""
    raise UnreadableScan(loaded.refused[0].why + more)


def load_cases(path: Path | str, *, key: bytes = b"", progress: Progress | None = None) -> Loaded:
    """Return every case of a file, folder (with its folders) or zip archive.

    Axial slices run from head to foot, coronal ones from front to back, sagittal ones from the
    patient's right to the left.
    """
    found = list(iter_cases(path, key=key, progress=progress))
    return Loaded(
        tuple(case for case in found if isinstance(case, Case)),
        tuple(refused for refused in found if isinstance(refused, Refused)),
    )


def iter_cases(
    path: Path | str, *, key: bytes = b"", progress: Progress | None = None
) -> Iterator[Case | Refused]:
    """Yield the cases one by one, so that only one of them must be in memory.

    Progress has one step per file for its header and one for its pixels.
    """
    path = Path(path)
    try:
        files = _files(path)
        archive = path.is_file() and kind_of(path) is Kind.ZIP
    except OSError:
        raise UnreadableScan(
            "The file or folder does not exist or must not be read; check its name."
        ) from None
    if not archive:
        yield from _Reading(files, key, progress or Progress()).results()
        return
    with tempfile.TemporaryDirectory(prefix="ctviz-") as folder:
        try:
            unpack_zip(path, Path(folder))
        except UnreadableScan as error:
            yield Refused("the archive", str(error))
            return
        yield from _Reading(_files(Path(folder)), key, progress or Progress()).results()


def _files(path: Path) -> list[Path]:
    """Return the files of a folder in natural order, or the file itself."""
    if path.is_dir():
        return natural_order(
            file for file in path.rglob("*") if file.is_file() and not _skipped(file, path)
        )
    path.stat()
    return [path]


def _skipped(file: Path, folder: Path) -> bool:
    """Whether a system wrote the file for itself."""
    parts = file.relative_to(folder).parts
    return any(part.startswith(".") or part.lower() in SKIPPED for part in parts)


@dataclass
class _Reading:
    """One pass over files: headers first, so that names can be judged before pixels are read."""

    files: list[Path]
    key: bytes
    progress: Progress
    identity: set[str] = field(default_factory=set)
    instances: list[Instance] = field(default_factory=list)
    volumes: list[Path] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    failures: list[tuple[Path, str]] = field(default_factory=list)

    def results(self) -> Iterator[Case | Refused]:
        """Yield every case and every refusal."""
        if not self.files:
            yield Refused("the folder", "There are no files in it; choose one that holds a scan.")
            return
        self.progress.start(2 * len(self.files))
        for path in self.files:
            self._sort_in(path)
            self.progress.advance()
        for result in self._cases():
            if isinstance(result, Case):
                yield result
            else:
                self.failures.append((result[0], str(result[1])))
        yield from (Refused(self._name(path), why) for path, why in self.failures)

    def _sort_in(self, path: Path) -> None:
        """Find out what a file is."""
        try:
            kind = kind_of(path)
            if kind is Kind.DICOM:
                header = read_header(path)
                self.identity |= identity_words(header)
                self.instances.append(describe(header, path, self.key))
            elif kind is Kind.NIFTI:
                self.volumes.append(path)
            elif kind is Kind.PICTURE:
                self.pictures.append(path)
            else:
                self.failures.append((path, _why_not(kind, path)))
        except UnreadableScan as error:
            self.failures.append((path, str(error)))
        except OSError:
            self.failures.append((path, "It must not be read; check its permissions."))

    def _cases(self) -> Iterator[Case | tuple[Path, UnreadableScan]]:
        """Yield what becomes of the files that may hold images."""
        yield from cases_of(self.instances, self.progress)
        for path in self.volumes:
            self.progress.advance()
            try:
                yield load_nifti(path)
            except UnreadableScan as error:
                yield path, error
        yield from load_pictures(self.pictures)

    def _name(self, path: Path) -> str:
        """Return how a refused file may be called."""
        return harmless_name(path, self.files.index(path) + 1, len(self.files), self.identity)


def _why_not(kind: Kind, path: Path) -> str:
    """Return why a file of this kind is no scan."""
    if kind is Kind.OTHER and path.suffix.lower() in {".dcm", ".dicom", ".ima"}:
        return "It is called DICOM but is not; export it again."
    return WHY_NOT[kind]
