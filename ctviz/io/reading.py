"""One pass over files that may be opened: what each of them is, and what cases they make."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Self, TypeAlias

from ctviz.core import Case, Progress, UnreadableScan
from ctviz.io.dicom.header import Instance, describe, identity_words, read_header
from ctviz.io.dicom.series import cases_of
from ctviz.io.edge import one_sentence
from ctviz.io.identity import harmless_name, harmless_title
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.loaded import Refused
from ctviz.io.nifti import load_nifti
from ctviz.io.picture import load_pictures
from ctviz.io.walk import UNREAD, Found, Refusal

WHY_NOT = {
    Kind.EMPTY: "The file is empty; copy or export it again.",
    Kind.ZIP: "An archive inside a folder or archive is not opened; unpack it first.",
    Kind.GZIP: "It is compressed, and not a NIfTI file; unpack it first.",
    Kind.OTHER: "It is no image that ctviz reads (DICOM, NIfTI, PNG, TIFF, JPEG); leave it out.",
}

DAMAGED = "It is damaged; copy or export it again."

Numbered: TypeAlias = tuple[int, Path]
"""A file and which one of all it is, from 1."""


@dataclass
class FileReading:
    """Headers first, so that names can be judged before pixels are read.

    Parameters
    ----------
    files
        What may be opened.
    refused
        What may not, with the reason.
    total
        How many files there are, for those that go by their number.
    key
        Secret for the patients' pseudonyms.
    progress
        Has one step per file for its header and one for its pixels.
    nameless
        Whether refused files go by their number only.
    """

    files: Sequence[Numbered]
    refused: Sequence[tuple[int, Path, str]]
    total: int
    key: bytes
    progress: Progress
    nameless: bool = False
    identity: set[str] = field(default_factory=set)
    instances: list[Instance] = field(default_factory=list)
    volumes: list[Path] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    failures: list[Refusal] = field(default_factory=list)

    @classmethod
    def of(cls, found: Found, key: bytes, progress: Progress) -> Self:
        """Return the reading of everything found."""
        files = list(enumerate(found.files, start=1))
        refused = [
            (number, path, why)
            for number, (path, why) in enumerate(found.refused, start=len(files) + 1)
        ]
        return cls(files, refused, len(files) + len(refused), key, progress)

    def results(self) -> Iterator[Case | Refused]:
        """Yield every case and every refusal."""
        if not self.total:
            yield Refused("the folder", "There are no files in it; choose one that holds a scan.")
            return
        self.progress.start(2 * len(self.files))
        for _, path in self.files:
            self._sort_in(path)
            self.progress.advance()
        self.failures += [(path, why) for _, path, why in self.refused]
        numbers = {path: number for number, path in self.files}
        numbers |= {path: number for number, path, _ in self.refused}
        yield from (self._refused(numbers[path], path, why) for path, why in self.failures)
        for result in self._cases():
            if isinstance(result, Case):
                yield result
            else:
                path, error = result
                yield self._refused(numbers[path], path, str(error))

    def _refused(self, number: int, path: Path, why: str) -> Refused:
        name = harmless_name(path, number, self.total, self.identity)
        return Refused(f"file {number} of {self.total}" if self.nameless else name, why)

    def _sort_in(self, path: Path) -> None:
        """Find out what a file is."""
        try:
            with self.progress.looking_at(path), one_sentence(DAMAGED):
                self._tell(path)
        except UnreadableScan as error:
            self.failures.append((path, str(error)))

    def _tell(self, path: Path) -> None:
        try:
            kind = kind_of(path)
        except OSError:
            raise UnreadableScan(UNREAD) from None
        if kind is Kind.DICOM:
            header = read_header(path)
            self.identity |= identity_words(header)
            self.instances.append(describe(header, path, self.key))
        elif kind is Kind.NIFTI:
            self.volumes.append(path)
        elif kind is Kind.PICTURE:
            self.pictures.append(path)
        else:
            raise UnreadableScan(_why_not(kind, path))

    def _cases(self) -> Iterator[Case | tuple[Path, UnreadableScan]]:
        """Yield what becomes of the files that may hold images."""
        paths = list(dict.fromkeys(instance.path for instance in self.instances))
        yield from self._guarded(lambda: cases_of(self.instances, self.progress), paths)
        for path in self.volumes:
            self.progress.turn_to(path)
            yield from self._guarded(partial(self._volume, path), [path])
            self.progress.advance()
        # Pictures of one folder may be slices of one case.
        for _, group in groupby(self.pictures, key=lambda path: path.parent):
            paths = list(group)
            self.progress.turn_to(*paths)
            yield from self._guarded(partial(self._pictures, paths), paths)
            self.progress.advance(len(paths))

    def _guarded(
        self,
        read: Callable[[], Iterator[Case | tuple[Path, UnreadableScan]]],
        paths: Sequence[Path],
    ) -> Iterator[Case | tuple[Path, UnreadableScan]]:
        """Yield what is read; where that breaks off, its files are refused and the rest goes on."""
        try:
            with one_sentence(DAMAGED):
                yield from read()
        except UnreadableScan as error:
            yield from ((path, error) for path in paths)

    def _volume(self, path: Path) -> Iterator[Case]:
        case = load_nifti(path)
        yield replace(case, title=harmless_title(path, self.identity) or case.title)

    def _pictures(self, paths: Sequence[Path]) -> Iterator[Case | tuple[Path, UnreadableScan]]:
        title = harmless_title(paths[0], self.identity) if len(paths) == 1 else ""
        for result in load_pictures(paths):
            if isinstance(result, Case) and title:
                yield replace(result, title=title)
            else:
                yield result


def _why_not(kind: Kind, path: Path) -> str:
    """Return why a file of this kind is no scan."""
    if kind is Kind.OTHER and path.suffix.lower() in {".dcm", ".dicom", ".ima"}:
        return "It is called DICOM but is not; export it again."
    return WHY_NOT[kind]
