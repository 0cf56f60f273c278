"""Cases from DICOM files: grouped by series, in reading order, decoded once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from ctviz.core import Case, Progress, UnreadableScan
from ctviz.io.dicom.header import Instance
from ctviz.io.dicom.order import geometry_notes, reading_order
from ctviz.io.dicom.pixels import hounsfield_frames
from ctviz.io.limits import check_size
from ctviz.io.volume import Pixels, Plane, Volume, compact, make_case, plural

THREADS = 4

Failure: TypeAlias = tuple[Path, UnreadableScan]


@dataclass(frozen=True)
class _Frame:
    """One image of a series before its pixels are read."""

    instance: Instance
    index: int

    @property
    def plane(self) -> Plane:
        return self.instance.planes[self.index]


def cases_of(
    instances: Iterable[Instance], progress: Progress | None = None
) -> Iterator[Case | Failure]:
    """Yield one case per series, and each file that could not take part with its reason.

    Images of another size, direction, unit or patient inside a series become a case of their own.
    """
    stacks: dict[tuple[object, ...], list[_Frame]] = defaultdict(list)
    scouted = set()
    for instance in instances:
        if instance.localizer:
            scouted.add(_series(instance))
            yield (
                instance.path,
                UnreadableScan(
                    "It is a localizer (scout view), not a slice; load the series planned on it."
                ),
            )
            continue
        for index in range(len(instance.planes)):
            frame = _Frame(instance, index)
            stacks[_stack(frame)].append(frame)
    for key, frames in stacks.items():
        notes = ["A localizer (scout view) of this series was left out."] * (key[0] in scouted)
        yield from _case_of(frames, notes, progress or Progress())


def _series(instance: Instance) -> str:
    """Return the name of the series; files without one belong to their folder."""
    return instance.series or str(instance.path.parent)


def _stack(frame: _Frame) -> tuple[object, ...]:
    """Return what the images of one case have in common."""
    instance, plane = frame.instance, frame.plane
    directions = plane.orientation and tuple(round(x, 2) + 0.0 for x in plane.orientation)
    return (
        _series(instance), instance.patient, instance.shape, directions, plane.calibrated,
    )  # fmt: skip


def _case_of(
    frames: Sequence[_Frame], notes: list[str], progress: Progress
) -> Iterator[Case | Failure]:
    """Yield the case of one stack, and its files that cannot be decoded."""
    unique = _without_copies(frames)
    if len(unique) < len(frames):
        copies = plural(len(frames) - len(unique), "slice")
        notes = [*notes, f"{copies} came twice and were read once."]
    ordered = _in_order(unique)
    try:
        check_size(len(ordered), *ordered[0].instance.shape)
        pixels, failed = _decode(ordered, progress)
    except UnreadableScan as error:
        yield from ((path, error) for path in _files(ordered))
        return
    yield from failed.items()
    kept = [row for row, frame in enumerate(ordered) if frame.instance.path not in failed]
    if not kept:
        return
    if failed:
        pixels, ordered = pixels[kept], [ordered[row] for row in kept]
        notes = [*notes, f"{plural(len(failed), 'file')} of this series could not be read."]
    yield _assembled(ordered, pixels, notes)


def _assembled(frames: Sequence[_Frame], pixels: Pixels, notes: list[str]) -> Case:
    """Return the case of decoded frames."""
    instances = [frame.instance for frame in frames]
    planes = [frame.plane for frame in frames]
    truths = {instance.truth for instance in instances}
    return make_case(
        Volume(compact(pixels), planes),
        patient=instances[0].patient,
        title=instances[0].title,
        truth=truths.pop() if len(truths) == 1 else None,
        notes=[
            *notes,
            *(note for instance in instances for note in instance.notes),
            *geometry_notes(planes, instances[0].tilt_degrees),
        ],
    )


def _without_copies(frames: Sequence[_Frame]) -> list[_Frame]:
    """Keep one of the images that are the same DICOM instance."""
    seen: dict[object, _Frame] = {}
    for frame in frames:
        instance = frame.instance
        seen.setdefault((instance.uid or instance.path, frame.index), frame)
    return list(seen.values())


def _in_order(frames: Sequence[_Frame]) -> list[_Frame]:
    """Return the frames from the top of the stack to its end."""
    numbers = [(frame.instance.number, frame.index) for frame in frames]
    return [frames[i] for i in reading_order([frame.plane for frame in frames], numbers)]


def _files(frames: Iterable[_Frame]) -> list[Path]:
    """Return the files of the frames, each once."""
    return list(dict.fromkeys(frame.instance.path for frame in frames))


def _decode(
    frames: Sequence[_Frame], progress: Progress
) -> tuple[Pixels, dict[Path, UnreadableScan]]:
    """Return the pixels (S, H, W) of the frames, and why some files have none."""
    rows: dict[Path, dict[int, int]] = defaultdict(dict)
    for row, frame in enumerate(frames):
        rows[frame.instance.path][frame.index] = row
    instances = {frame.instance.path: frame.instance for frame in frames}
    shape = (len(frames), *frames[0].instance.shape)
    whole = all(rescale.whole for i in instances.values() for rescale in i.rescales)
    while True:
        pixels: Pixels = np.zeros(shape, np.int16) if whole else np.zeros(shape, np.float32)
        with ThreadPoolExecutor(THREADS) as pool:
            fill = partial(_fill, pixels)
            failures = {}
            for path, failure in zip(
                rows, pool.map(fill, instances.values(), rows.values()), strict=True
            ):
                failures[path] = failure
                progress.advance()
        if not whole or not any(isinstance(failure, _TooLarge) for failure in failures.values()):
            return pixels, {path: why for path, why in failures.items() if why is not None}
        whole = False


class _TooLarge(UnreadableScan):
    """A number does not fit 16 bits; never leaves this module."""


def _fill(pixels: Pixels, instance: Instance, rows: dict[int, int]) -> UnreadableScan | None:
    """Write a file's frames into their rows of the volume; return why it has none."""
    try:
        for index, image in enumerate(hounsfield_frames(instance)):
            if pixels.dtype == np.int16 and image.dtype != np.int16:
                return _TooLarge()
            if index in rows:
                pixels[rows[index]] = image
    except UnreadableScan as error:
        return error
    return None
