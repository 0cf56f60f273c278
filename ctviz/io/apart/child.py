"""The process that reads: it serves one request a line on its standard input, and answers likewise.

Requests are `{"do": "open", "path", "room"}`, answered by whether the path was an archive, which
then is unpacked into the room; and `{"do": "read", "files", "refused", …}`, answered by a line for
each step, case and refusal; and `{"do": "outline", "path", "case", "asked"}`, answered by a line
for each outline that a file holds for a case, and for each thing that could not be placed; and
`{"do": "drawn on", "path"}`, answered by what a file of outlines says of its scan.
"""

import json
import os
import resource
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeAlias

from ctviz.core import Case, InvalidInput, NotSaved, Progress, UnreadableScan, saved_or_said
from ctviz.core.structure import StrictConverter, structured
from ctviz.io.archive import unpack_zip
from ctviz.io.edge import one_sentence
from ctviz.io.load import is_archive
from ctviz.io.native import open_case, save_case
from ctviz.io.out.link import LINK_SUFFIX, write_link
from ctviz.io.outlines import OutlineSettings, read_drawn_on, read_outline_file
from ctviz.io.outlines.onto import Onto
from ctviz.io.reading import DAMAGED, FileReading
from ctviz.io.volume import Volume
from ctviz.io.walk import Found

ALIVE_SECONDS = 1.0
"""How often a long step says that it gets on."""

CODES_AT_A_TIME = 10_000
NICE = 5
"""Whoever looks at a case goes before what is being brought in."""

Say: TypeAlias = Callable[..., None]


def serve() -> None:
    """Answer requests until the other side goes away."""
    requests, say = sys.stdin.buffer, _voice()
    bounds = json.loads(requests.readline())
    _bind(bounds["memory"], bounds["file"])
    key = bytes.fromhex(bounds["key"])
    say(alive=True)
    for request in _watched(requests):
        try:
            DEEDS[request["do"]](request, key, say)
        except NotSaved as error:
            say(disk=error.code)
        except (InvalidInput, UnreadableScan) as error:
            say(failed=str(error))
        say(done=True)


def _voice() -> Say:
    """Return the function that writes an answer; whatever libraries print must not mix with it."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    lock = Lock()

    def say(**answer: object) -> None:
        with lock:
            answers.write(json.dumps(answer).encode() + b"\n")

    return say


def _bind(memory: int, file: int) -> None:
    """Give up what a reader of files does not need."""
    os.nice(NICE)
    for limit, size in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (size, size))


def _watched(requests: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield the requests; when the other side goes away, end whatever is being done."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        while line := requests.readline():
            lines.put(line)
        os._exit(0)

    Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(lines.get())


class Signals(Progress):
    """A progress that tells the other process where it is."""

    def __init__(self, say: Say, numbers: Mapping[Path, int], *, careful: bool) -> None:
        super().__init__(lambda share: say(share=share))
        self.careful = careful
        self._say, self._numbers = say, numbers
        self._said = monotonic()
        self._looking: set[int] = set()
        self._lock = Lock()

    def check(self) -> None:
        """Say from time to time that it goes on."""
        if monotonic() - self._said > ALIVE_SECONDS:
            self._said = monotonic()
            self._say(alive=True)

    def turn_to(self, *files: Path) -> None:
        """Say which files the next case is made of."""
        self._say(step=sorted(self._numbers[file] for file in files))

    @contextmanager
    def looking_at(self, file: Path) -> Iterator[None]:
        """Say that a file is being read, and when it is over."""
        self._look(self._looking.add, self._numbers[file])
        try:
            yield
        finally:
            self._look(self._looking.discard, self._numbers[file])

    def _look(self, change: Callable[[int], None], number: int) -> None:
        with self._lock:
            change(number)
            self._say(looking=sorted(self._looking))


def _open(request: Mapping[str, Any], _: bytes, say: Say) -> None:
    """Unpack a file if it is an archive."""
    path = Path(request["path"])
    archive = False
    with one_sentence(DAMAGED):
        archive = is_archive(Found([path], single=True))
    refused: Sequence[tuple[Path, str]] = ()
    if archive:
        progress = Signals(say, {}, careful=False)
        refused = unpack_zip(path, Path(request["room"]), progress=progress).refused
    say(archive=archive, refused=[[str(place), why] for place, why in refused])


def _read(request: Mapping[str, Any], key: bytes, say: Say) -> None:
    """Read files and leave their cases in the room."""
    files = [(number, Path(path)) for number, path in request["files"]]
    refused = [(number, Path(path), why) for number, path, why in request["refused"]]
    numbers = {path: number for number, path in files}
    progress = Signals(say, numbers, careful=request["careful"])
    reading = FileReading(files, refused, request["total"], key, progress, request["nameless"])
    room = Path(request["room"])
    for place, result in enumerate(reading.results()):
        if isinstance(result, Case):
            with saved_or_said():
                save_case(result, room / str(place))
                if request["links"] and isinstance(result.slices, Volume):
                    write_link(room / f"{place}{LINK_SUFFIX}", result.slices.sources)
            say(case=place)
        else:
            say(refused=[result.name, result.why])


def _outline(request: Mapping[str, Any], key: bytes, say: Say) -> None:
    """Say what a file of outlines holds for a case."""
    asked = structured(StrictConverter(), OutlineSettings, request["asked"])
    onto = Onto(open_case(Path(request["case"])), key)
    progress = Signals(say, {}, careful=False)
    found = read_outline_file(Path(request["path"]), onto, asked, progress.check)
    for outline in found.outlines:
        code = b64encode(outline.code).decode()
        say(outline=[outline.label, outline.reader, outline.slice_index, code])
    for unplaced in found.unplaced:
        say(unplaced=[unplaced.what, unplaced.why, unplaced.times])
    say(held=[found.kind, found.matched])


def _drawn_on(request: Mapping[str, Any], key: bytes, say: Say) -> None:
    """Say on which scan outlines were drawn, in pieces as long as an answer may be."""
    found = read_drawn_on(Path(request["path"]), key)
    say(patient=found.claim.patient, spaces=sorted(found.claim.spaces))
    for pair in found.series:
        say(series=pair)
    codes = sorted(found.claim.sources)
    for first in range(0, len(codes), CODES_AT_A_TIME):
        say(sources=codes[first : first + CODES_AT_A_TIME])


DEEDS = {"open": _open, "read": _read, "outline": _outline, "drawn on": _drawn_on}
