"""One import: its files read apart, and the rest of them again when one of them was too much."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self, TypeAlias

from ctviz.core import NotSaved, Progress, UnreadableScan
from ctviz.io.apart.limits import USUAL, ApartLimits
from ctviz.io.apart.process import Answer, Died, Process
from ctviz.io.loaded import Refused
from ctviz.io.off_limits import OffLimits
from ctviz.io.walk import Found, files_of

SHARES = 1000
LONGEST_WORDS = 2000

CRASHED = (
    "It ended the process that read it, perhaps for want of memory; leave it out or export it "
    "again."
)
SILENT = "It took longer than {:g} seconds without getting on; leave it out or export it again."
GIVEN_UP = "It was not read, because too many files before it ended the reading; leave those out."

Outcome: TypeAlias = Path | Refused
"""A folder with a case in ctviz's own form, or what could not be taken."""


class Apart:
    """Reads files in a process of its own, which is started when it is needed.

    Parameters
    ----------
    room
        An empty folder for what is unpacked and for the cases.
    key
        Secret for the patients' pseudonyms.
    check
        Called all the time; may raise to end the reading.
    limits
        What it may cost.
    links
        Whether a link to the patient is written beside each case.
    """

    def __init__(
        self,
        room: Path,
        key: bytes,
        check: Callable[[], object] = lambda: None,
        limits: ApartLimits = USUAL,
        *,
        links: bool = False,
    ) -> None:
        self._room, self._check, self._limits, self._links = room, check, limits, links
        self._start = partial(Process, key, limits, check)
        self._process: Process | None = None
        self._places = count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def cases_of(
        self, path: Path, off_limits: OffLimits, progress: Progress | None = None
    ) -> Iterator[Outcome]:
        """Yield what becomes of a file, a folder or a zip archive, one case after the other.

        A case's folder belongs to whoever asked; it is not looked at again.

        Parameters
        ----------
        off_limits
            What must not be opened.
        """
        progress = progress or Progress()
        found = files_of(path, off_limits, self._check)
        if found.single:
            try:
                found = self._opened(path) or found
            except UnreadableScan as error:
                yield Refused("the archive", str(error))
                return
        yield from self._read(found, progress)

    def _running(self) -> Process:
        if self._process is None:
            self._process = self._start()
        return self._process

    def _opened(self, path: Path) -> Found | None:
        """Return what an archive held, None if the file is none."""
        room = self._room / f"unpacked-{next(self._places)}"
        try:
            answers = [
                answer
                for answer in self._running().ask(do="open", path=str(path), room=str(room))
                if not {"share", "alive"} & answer.keys()
            ]
        except Died as death:
            self.close()
            raise UnreadableScan(why_it_died(death, self._limits)) from None
        for answer in answers:
            raise_failure(answer)
        if not any(answer.get("archive") is True for answer in answers):
            return None
        found = files_of(room, OffLimits(), self._check)
        found.refused += [
            (Path(name), why) for answer in answers for name, why in _pairs(answer.get("refused"))
        ]
        return found

    def _read(self, found: Found, progress: Progress) -> Iterator[Outcome]:
        """Yield everything, in as many processes as it takes."""
        course = _Course(found)
        if not course.total:
            yield Refused("the folder", "There are no files in it; choose one that holds a scan.")
            return
        progress.start(SHARES)
        for _ in range(self._limits.deaths + 1):
            try:
                yield from self._attempt(course, progress)
            except Died as death:
                self.close()
                yield from course.bury(why_it_died(death, self._limits))
            else:
                return
        yield from course.give_up()

    def _attempt(self, course: "_Course", progress: Progress) -> Iterator[Outcome]:
        room = self._room / f"read-{next(self._places)}"
        wanted = {"room": str(room), "links": self._links, **course.request()}
        answers = self._running().ask(do="read", **wanted)
        for answer in answers:
            raise_failure(answer)
            share = answer.get("share")
            if isinstance(share, float) and 0 <= share <= 1:
                progress.advance_to(share)
            if type(answer.get("case")) is int:
                yield room / str(answer["case"])
            for name, why in _pairs([answer.get("refused")]):
                yield Refused(name, why)
            course.hear(answer)


def why_it_died(death: Died, limits: ApartLimits) -> str:
    """Return the sentence on a file that ended the process."""
    return SILENT.format(limits.silent_seconds) if death.silent else CRASHED


def raise_failure(answer: Answer) -> None:
    """Raise what ended a request as a whole."""
    if "disk" in answer:
        raise NotSaved(answer["disk"] if type(answer["disk"]) is int else None)
    if "failed" in answer:
        raise UnreadableScan(str(answer["failed"])[:LONGEST_WORDS])


def _pairs(entries: object) -> Iterator[tuple[str, str]]:
    """Yield those entries that are a name and a sentence."""
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, list) and len(entry) == 2 and all(isinstance(t, str) for t in entry):
            yield entry[0][:LONGEST_WORDS], entry[1][:LONGEST_WORDS]


@dataclass
class _Course:
    """Which files are left to read, and which of them are being read."""

    found: Found
    files: dict[int, Path] = field(init=False)
    refused: dict[int, tuple[Path, str]] = field(init=False)
    step: set[int] = field(default_factory=set)
    looking: set[int] = field(default_factory=set)
    careful: bool = False
    nameless: bool = False

    def __post_init__(self) -> None:
        self.files = dict(enumerate(self.found.files, start=1))
        self.refused = dict(enumerate(self.found.refused, start=len(self.files) + 1))
        self.total = len(self.files) + len(self.refused)

    def request(self) -> Mapping[str, object]:
        """Return what a process must know to read what is left."""
        self.step, self.looking = set(), set()
        return {
            "files": [[number, str(path)] for number, path in self.files.items()],
            "refused": [[number, str(path), why] for number, (path, why) in self.refused.items()],
            "total": self.total,
            "careful": self.careful,
            "nameless": self.nameless,
        }

    def hear(self, answer: Answer) -> None:
        """Note where the process is; the case before is over when the next one is begun."""
        if "step" in answer:
            self._forget(self.step)
            self.step = self._known(answer["step"])
        if "looking" in answer:
            self.looking = self._known(answer["looking"])

    def bury(self, why: str) -> Iterator[Refused]:
        """Yield the refusal of what ended the process, unless it must first be found out."""
        # Names are judged by what all headers say, which the next process does not read again.
        self.nameless = True
        if len(self.looking) > 1 and not self.careful:
            self.careful = True
            return
        culprits = self.looking or self.step or set(self.files)
        self._forget(culprits)
        yield from (self._refused(number, why) for number in sorted(culprits))

    def give_up(self) -> Iterator[Refused]:
        """Yield the refusal of everything that is left."""
        yield from (self._refused(number, GIVEN_UP) for number in sorted(self.files))

    def _refused(self, number: int, why: str) -> Refused:
        return Refused(f"file {number} of {self.total}", why)

    def _forget(self, numbers: set[int]) -> None:
        self.files = {n: path for n, path in self.files.items() if n not in numbers}

    def _known(self, numbers: object) -> set[int]:
        known = numbers if isinstance(numbers, list) else []
        return {number for number in known if type(number) is int and number in self.files}
