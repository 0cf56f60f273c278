"""Files that hold the same image twice, told by their pixels and not by their names or UIDs."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctviz.core import Progress, UnreadableScan, digest
from ctviz.io.dicom.header import Instance, Marks
from ctviz.io.dicom.pixels import hounsfield_frames
from ctviz.io.volume import Plane, rounded


@dataclass(frozen=True)
class DicomFrame:
    """One image of a series before its pixels are read."""

    instance: Instance
    index: int

    @property
    def plane(self) -> Plane:
        """Where it lies."""
        return self.instance.planes[self.index]

    @property
    def marks(self) -> Marks:
        """What tells it from images that were not taken together."""
        return self.instance.marks[self.index]

    @property
    def number(self) -> tuple[int, int]:
        """Its image number, and its number in its file."""
        return self.instance.number, self.index


def without_copies(
    frames: Sequence[DicomFrame], progress: Progress
) -> tuple[list[DicomFrame], dict[Path, UnreadableScan]]:
    """Keep one of the images that are the same, and say which of them cannot be read.

    Only images of one place that share their UID or their marks are compared.
    """
    reading = _CopySearch(progress)
    places: dict[Hashable, list[DicomFrame]] = defaultdict(list)
    for frame in frames:
        places[_place(frame)].append(frame)
    copies: set[int] = set()
    for twins in (twins for twins in places.values() if len(twins) > 1):
        kept: list[DicomFrame] = []
        for frame in twins:
            candidates = [other for other in kept if _could_be_one(frame, other)]
            if any(reading.same(frame, other) for other in candidates):
                copies.add(id(frame))
            else:
                kept.append(frame)
    left = [f for f in frames if id(f) not in copies and f.instance.path not in reading.failed]
    return left, reading.failed


def _place(frame: DicomFrame) -> Hashable:
    """Return where an image lies, by its number if it does not say."""
    position = rounded(frame.plane).position_mm
    return position if position is not None else frame.number


def _could_be_one(frame: DicomFrame, other: DicomFrame) -> bool:
    """Whether two images of one place may be copies of one."""
    uids = {frame.instance.uid, other.instance.uid}
    return (len(uids) == 1 and "" not in uids) or frame.marks == other.marks


class _CopySearch:
    """Compares images, reading each file once."""

    def __init__(self, progress: Progress) -> None:
        self.failed: dict[Path, UnreadableScan] = {}
        self._progress = progress
        self._files: dict[Path, str] = {}
        self._frames: dict[Path, list[str]] = {}

    def same(self, frame: DicomFrame, other: DicomFrame) -> bool:
        """Whether two images have the same pixels."""
        first, second = frame.instance.path, other.instance.path
        if first == second:
            return False
        if frame.index == other.index and self._file(first) == self._file(second):
            return True
        pair = self._digest(frame), self._digest(other)
        return pair[0] == pair[1] and None not in pair

    def _file(self, path: Path) -> str:
        """Return what tells a file's bytes."""
        if path not in self._files:
            try:
                self._files[path] = digest(path.read_bytes())
            except OSError:
                self._files[path] = f"unreadable {len(self._files)}"
        return self._files[path]

    def _digest(self, frame: DicomFrame) -> str | None:
        """Return what tells a frame's pixels, None if they cannot be read."""
        path = frame.instance.path
        if path not in self._frames:
            try:
                with self._progress.looking_at(path):
                    self._frames[path] = [
                        digest(image) for image in hounsfield_frames(frame.instance, self._progress)
                    ]
            except UnreadableScan as error:
                self.failed[path] = error
                self._frames[path] = []
        found = self._frames[path]
        return found[frame.index] if frame.index < len(found) else None
