"""The cases of one data folder: brought in, listed, and opened."""

import logging
import os
import secrets
import shutil
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from threading import Lock

import numpy as np

from ctviz.backend.cases.intake import Bring, Imported, together
from ctviz.backend.cases.outlines import (
    BroughtOutlines,
    WantedOutlines,
    files_among,
    worth_saying,
)
from ctviz.backend.cases.spool import spooled
from ctviz.backend.cases.staging import Staging
from ctviz.backend.cases.true_classes import read_labels
from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Worker
from ctviz.backend.stored.keys import address
from ctviz.core import (
    Case,
    CtvizError,
    InvalidInput,
    Progress,
    Slice,
    UnreadableScan,
    saved_or_said,
)
from ctviz.core.secret import kept_secret
from ctviz.io import (
    Apart,
    ApartLimits,
    DrawnOn,
    OffLimits,
    OutlineFile,
    OutlineSettings,
    Refused,
    drawn_on_apart,
    load_case,
    open_case,
    outlines_apart,
    save_case,
    settle_case,
)
from ctviz.io.out.link import Links
from ctviz.store import AuditEntry, AuditEvent, CaseEntry, Store

OPEN_CASES = 8
USUAL_LIMITS = ApartLimits()
LONGEST_NAME = 60
"""Letters of an uploaded file's name; a disk takes 255 bytes, and a letter may be four."""
ZIP_MAGIC = b"PK\x03\x04"
IN_BIN = timedelta(days=30)
"""So long a case can be taken out of the bin; then drawings and pixels go, for good."""

BROKEN_OFF = (
    "Adding the files broke off for a reason that ctviz does not know; add them again, a part at a "
    "time."
)

log = logging.getLogger(__name__)


class Cases:
    """The list of cases with their pixels: each saved in ctviz's own anonymous form.

    Parameters
    ----------
    folder
        The data folder: database, cases, and the secret behind the patients' pseudonyms.
    processor
        Who sees to the files being read.
    off_limits
        Folders of ctviz's own besides the data folder, which are not read either.
    limits
        What reading one import may cost.
    forget
        Gives up what was computed of cases, as one of them is deleted for good.
    """

    def __init__(
        self,
        folder: Path,
        processor: Worker,
        off_limits: Sequence[Path] = (),
        limits: ApartLimits = USUAL_LIMITS,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder, self._own, self._limits = folder, (folder, *off_limits), limits
        with saved_or_said():
            self.key = pseudonym_key(folder)
        self.store = Store(folder / "ctviz.db")
        self.staging = Staging(folder / "staging")
        self.links = Links(folder / "links")
        self._sweep()
        self._empty_bin(datetime.now(UTC) - IN_BIN, forget)
        self._imports: SingleFlight[Imported] = SingleFlight(processor, "Reading scans")
        self._outlines: SingleFlight[BroughtOutlines] = SingleFlight(processor)
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

    def import_path(
        self, path: Path, owner: str = "", *, may_go_back: bool = False
    ) -> Job[Imported]:
        """Bring in a file, a folder or a zip archive; bringing it again changes nothing.

        Parameters
        ----------
        may_go_back
            Whether results may go back to the patient, whose names are kept apart for that.
        """
        key = address("import", os.fspath(path), str(may_go_back))

        def compute(progress: Progress) -> Imported:
            with self._bringing(progress, may_go_back=may_go_back) as bring:
                found = bring.path(path, progress)
            return self._with_links(found, may_go_back=may_go_back)

        return self._ask(key, compute, owner)

    def import_labelled(self, folder: Path, labels: Path, owner: str = "") -> Job[Imported]:
        """Bring in the files that a table names, each with its true class."""
        key = address("import labelled", os.fspath(folder), os.fspath(labels))

        def compute(progress: Progress) -> Imported:
            truths = read_labels(labels)
            brought = []
            progress.start(len(truths))
            with self._bringing(progress) as bring:
                for name, truth in truths.items():
                    brought.append(bring.named(folder, name, truth))
                    progress.advance()
            return together(brought)

        return self._ask(key, compute, owner)

    def import_uploads(self, files: Sequence[tuple[str, bytes]], owner: str = "") -> Job[Imported]:
        """Bring in files by name and content, as a browser sends them."""

        def compute(progress: Progress) -> Imported:
            with self.staging.room() as room, self._bringing(progress) as bring:
                with saved_or_said():
                    paths = _unload(files, room)
                return together([bring.own(path, progress) for path in paths])

        return self._ask(address("upload", secrets.token_hex()), compute, owner)

    def import_spooled(
        self, folder: Path, owner: str = "", *, may_go_back: bool = False
    ) -> Job[Imported]:
        """Bring in what came below a folder of the spool, which is removed afterwards."""

        def compute(progress: Progress) -> Imported:
            try:
                with self._bringing(progress, may_go_back=may_go_back) as bring:
                    found = together([bring.own(path, progress) for path in spooled(folder)])
                return self._with_links(found, may_go_back=may_go_back)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        return self._ask(address("spooled", os.fspath(folder)), compute, owner)

    def bring(self, folder: Path, progress: Progress, *, may_go_back: bool = False) -> Imported:
        """Bring in what lies in a folder of ctviz's own, here and now."""
        with (
            _in_words(),
            self._bringing(progress, may_go_back=may_go_back) as bring,
        ):
            found = bring.own(folder, progress)
        return self._with_links(found, may_go_back=may_go_back)

    def glance(self, file: bytes, progress: Progress) -> Slice:
        """Return the slice in the middle of a file that came as bytes; nothing of it is kept."""
        with _in_words(), self.staging.room() as room:
            read, path = room / "read", room / "file"
            read.mkdir()
            path.write_bytes(file)
            with Apart(read, self.key, progress.check, self._limits) as apart:
                for outcome in apart.cases_of(path, OffLimits()):
                    if isinstance(outcome, Refused):
                        raise InvalidInput(f"The series cannot be shown: {outcome.why}")
                    case = open_case(outcome)
                    image = case.slice(len(case.slices) // 2)
                    return replace(image, hounsfield=np.array(image.hounsfield))
        raise InvalidInput("The series holds no image that can be shown.")

    def read_outlines(self, wanted: WantedOutlines, owner: str = "") -> Job[BroughtOutlines]:
        """Read what files and folders hold for a case; nothing of it is kept."""

        def compute(progress: Progress) -> BroughtOutlines:
            with _in_words():
                return self._read_outlines(wanted, progress)

        return self._outlines.ask(address("outlines", repr(wanted)), compute, owner=owner)

    def drawn_on(self, files: Sequence[Path], progress: Progress) -> DrawnOn:
        """Return what files of outlines say of the scan that they were drawn on."""
        with _in_words():
            return drawn_on_apart(files, key=self.key, check=progress.check, limits=self._limits)

    def scans_of(self, drawn_on: DrawnOn, progress: Progress) -> tuple[str, tuple[str, ...]]:
        """Return the case that has most of the images, and those that outlines may lie in.

        The first is empty where none has any: older cases do not know their images.
        """
        most, best, near = 0, "", []
        for entry in reversed(self.store.cases()):
            progress.check()
            with suppress(UnreadableScan):
                case = open_case(self._folder_of(entry.id))
                if (shared := drawn_on.images_in(case)) > most:
                    most, best = shared, entry.id
                if drawn_on.may_lie_in(case, self.key):
                    near.append(entry.id)
        return best, tuple(near)

    def _read_outlines(self, wanted: WantedOutlines, progress: Progress) -> BroughtOutlines:
        # What a browser has sent lies in ctviz's own folder.
        off_limits = OffLimits() if wanted.spooled else OffLimits.of(*self._own)
        files = list(files_among(wanted.paths, off_limits))
        progress.start(len(files) * len(wanted.case_ids))
        best = BroughtOutlines(wanted.case_id, ())
        for case_id in wanted.case_ids:
            brought = self._read_outlines_of(case_id, files, wanted.asked, progress)
            if len(brought.files) > len(best.files) or not best.refused:
                best = brought
            if len(best.files) == len(files):
                break
        return best

    def _read_outlines_of(
        self,
        case_id: str,
        files: Sequence[tuple[Path, bool]],
        asked: OutlineSettings,
        progress: Progress,
    ) -> BroughtOutlines:
        found, refused = [], []
        outcomes = outlines_apart(
            [path for path, _ in files],
            self.open(case_id),
            self._folder_of(case_id),
            key=self.key,
            asked=asked,
            check=progress.check,
            limits=self._limits,
        )
        for (_, named), outcome in zip(files, outcomes, strict=True):
            progress.advance()
            if isinstance(outcome, OutlineFile):
                found.append(outcome)
            elif worth_saying(outcome, named=named):
                refused.append(outcome)
        without = len(files) - len(found) - len(refused)
        return BroughtOutlines(case_id, tuple(found), tuple(refused), without)

    def load(self, path: Path | str) -> Case:
        """Return the only case of a path without keeping it."""
        return load_case(path, key=self.key, off_limits=OffLimits.of(*self._own))

    def keep(self, case: Case, source: str) -> None:
        """Save one case and list it."""
        with saved_or_said():
            save_case(case, self._folder_of(case.id))
        self._list(case, source)

    def _list(self, case: Case, source: str) -> None:
        """Put a case whose pixels are in their place on the list."""
        first = case.slices[0]
        self.store.add_case(
            CaseEntry(
                id=case.id,
                patient=case.patient,
                title=case.title,
                slices=len(case.slices),
                shape=first.shape,
                spacing_mm=first.spacing_mm,
                source=source or ("dicom" if first.calibrated else "image"),
                truth=case.truth,
                notes=case.notes,
            )
        )
        with self._lock:
            self._open.pop(case.id, None)

    def _ask(
        self, key: str, compute: Callable[[Progress], Imported], owner: str = ""
    ) -> Job[Imported]:
        def told(progress: Progress) -> Imported:
            with _in_words():
                return compute(progress)

        return self._imports.ask(key, told, owner=owner)

    @contextmanager
    def _bringing(self, progress: Progress, *, may_go_back: bool = False) -> Iterator[Bring]:
        """Lend what brings in one path after the other."""
        there = frozenset(entry.id for entry in self.store.cases())
        off_limits = OffLimits.of(*self._own)
        with (
            self.staging.room() as room,
            Apart(room, self.key, progress.check, self._limits, links=may_go_back) as apart,
        ):
            yield Bring(apart, self._keep_staged, there, off_limits)

    def _with_links(self, imported: Imported, *, may_go_back: bool) -> Imported:
        """Return what was brought, with the cases that have no link although one was wanted."""
        if not may_go_back:
            return imported
        return replace(imported, unlinked=self.links.without(imported.cases))

    def _keep_staged(self, staged: Path, truth: str | None, source: str) -> Case:
        """Move a case that was read apart to its place, and list it."""
        with saved_or_said():
            case = settle_case(staged, self._folder_of)
            self.links.take(staged, case.id)
        self._list(case, source)
        if truth is not None:
            self.give_truths({case.id: truth}, "an import")
        return case

    def give_truths(self, truths: Mapping[str, str], who: str) -> dict[str, str]:
        """Let cases have other true classes from now on; see `Store.give_truths`."""
        before = self.store.give_truths(truths, who)
        with self._lock:
            for case_id in before:
                self._open.pop(case_id, None)
        return before

    def make(self, name: str, compute: Callable[[Progress], Imported]) -> Job[Imported]:
        """Bring in cases that are made on the spot; making the same twice at a time is shared."""
        return self._ask(address("make", name), compute)

    def close_imports(self) -> None:
        """Give up what is being brought in."""
        self._imports.close()
        self._outlines.close()

    def _sweep(self) -> None:
        """Remove what killed processes have left."""
        self.staging.sweep()
        # Where an older ctviz put what was not finished.
        for part in (*self._folder.glob("cases/.case-*"), *self._folder.glob("demo/.part-*")):
            shutil.rmtree(part, ignore_errors=True)

    def _empty_bin(self, before: datetime, forget: Callable[[], None]) -> None:
        """Delete what was put into the bin before then, and what was computed of it."""
        who = "the bin"
        for case_id in self.store.bin.empty(before, who):
            self.store.record(AuditEntry(AuditEvent.DELETED, who, case_id))
        # Also what a process was killed over before the pixels were gone.
        left = [folder for c in self.store.bin.emptied() if (folder := self._folder_of(c)).exists()]
        if left:
            forget()
        for folder in left:
            self.links.drop(folder.name)
            shutil.rmtree(folder, ignore_errors=True)

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
        path = own / _plain_name(name)
        path.write_bytes(content)
        if archive:
            archives.append(path)
    return archives if len(archives) == len(files) else [*archives, others]


def _plain_name(name: str) -> str:
    """Return what a file is called without its folders, as any disk takes it."""
    last = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name.lstrip(".")
    return last.encode(errors="replace").decode()[-LONGEST_NAME:] or "upload"


@contextmanager
def _in_words() -> Iterator[None]:
    """Let an import end in a sentence whatever happens; a bug is logged by its place alone.

    Its words may quote names of files.
    """
    try:
        yield
    except CtvizError:
        raise
    except Exception as error:  # noqa: BLE001 - strangers' files find what nobody thought of
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(  # noqa: TRY400 - the traceback ends in the error's words
            "An import ended in %s at %s:%s.", type(error).__name__, place.filename, place.lineno
        )
        raise InvalidInput(BROKEN_OFF) from None
