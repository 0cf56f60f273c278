"""Cases from DICOM files: what belongs together, in reading order, decoded once."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from ctviz.core import Case, Progress, UnreadableScan
from ctviz.core.acquisition import in_common
from ctviz.io.dicom.acquisitions import acquisitions
from ctviz.io.dicom.copies import DicomFrame, without_copies
from ctviz.io.dicom.header import Instance
from ctviz.io.dicom.order import depths_mm, geometry_notes, reading_order, steps_of
from ctviz.io.dicom.pixels import hounsfield_frames
from ctviz.io.edge import one_sentence
from ctviz.io.limits import check_size
from ctviz.io.plausible import why_no_scan_in_hounsfield
from ctviz.io.volume import Pixels, Volume, compact, make_case, plural

THREADS = 4
PIXELS_AT_A_TIME = 2**22
"""So many pixels are decoded at a time, or one image: decoding takes some 30 bytes for each."""

DAMAGED = "Its pixels are damaged; copy or export it again."

SAME_DIRECTION = 0.01
"""Cosines that differ by less are one direction, half a degree apart."""

SAME_SPACING = 0.001
"""The same for distances of pixels, as a share."""

LOCALIZER = "It is a localizer (scout view), not a slice; load the series planned on it."

Failure: TypeAlias = tuple[Path, UnreadableScan]


@dataclass(frozen=True)
class _ParallelFrames:
    """Images that become one case."""

    frames: list[DicomFrame]
    notes: list[str]


def cases_of(
    instances: Iterable[Instance], progress: Progress | None = None
) -> Iterator[Case | Failure]:
    """Yield one case per series, and each file that could not take part with its reason.

    Images of another size, direction, spacing, unit or patient inside a series become a case of
    their own, and so does each acquisition where they interleave.
    """
    progress = progress or Progress()
    slices, scouted = [], set()
    for instance in instances:
        if instance.localizer:
            scouted.add(_series(instance))
            yield instance.path, UnreadableScan(LOCALIZER)
        else:
            slices.append(instance)
    for (series, *_), frames in _alike(slices).items():
        notes = ["A localizer (scout view) of this series was left out."] * (series in scouted)
        for parallel in _parallel(frames):
            yield from _cases_of(parallel, notes, progress)


def _alike(instances: Iterable[Instance]) -> dict[tuple[Hashable, ...], list[DicomFrame]]:
    """Return the images by what is exactly the same in all images of one case, series first."""
    alike: dict[tuple[Hashable, ...], list[DicomFrame]] = defaultdict(list)
    for instance in instances:
        for index, plane in enumerate(instance.planes):
            key = (_series(instance), instance.patient, instance.shape, plane.calibrated)
            alike[key].append(DicomFrame(instance, index))
    return alike


def _cases_of(
    frames: list[DicomFrame], notes: list[str], progress: Progress
) -> Iterator[Case | Failure]:
    """Yield the cases of parallel images, one for each acquisition."""
    progress.turn_to(*_files(frames))
    unique, failed = without_copies(frames, progress)
    yield from failed.items()
    lost = sum(frame.instance.path in failed for frame in frames)
    if copies := len(frames) - len(unique) - lost:
        notes = [*notes, f"{plural(copies, 'slice')} came twice and were read once."]
    if failed:
        notes = [*notes, f"{plural(len(failed), 'file')} of this series could not be read."]
    for stack in _stacks(unique, notes):
        yield from _case_of(stack, progress)


def _series(instance: Instance) -> str:
    """Return the name of the series; files without one belong to their folder."""
    return instance.series or str(instance.path.parent)


def _parallel(frames: Sequence[DicomFrame]) -> list[list[DicomFrame]]:
    """Return the images by direction and spacing, which scanners write with some jitter."""
    groups: list[list[DicomFrame]] = []
    for frame in frames:
        group = next((group for group in groups if _fit(group[0], frame)), None)
        if group is None:
            groups.append([frame])
        else:
            group.append(frame)
    return groups


def _fit(frame: DicomFrame, other: DicomFrame) -> bool:
    """Whether two images have the same direction and the same pixels."""
    directions = _close(
        frame.plane.orientation, other.plane.orientation, at_most=SAME_DIRECTION, share=0.0
    )
    return directions and _close(
        frame.plane.spacing_mm, other.plane.spacing_mm, at_most=0.0, share=SAME_SPACING
    )


def _close(
    first: tuple[float, ...] | None,
    second: tuple[float, ...] | None,
    *,
    at_most: float,
    share: float,
) -> bool:
    """Whether numbers are equal but for jitter; unknown ones equal each other only."""
    if first is None or second is None:
        return first is second
    pairs = zip(first, second, strict=True)
    return all(abs(a - b) <= max(at_most, share * abs(a)) for a, b in pairs)


def _stacks(frames: list[DicomFrame], notes: list[str]) -> Iterator[_ParallelFrames]:
    """Yield the images of each acquisition in reading order."""
    for group in _placed(frames):
        parts = acquisitions(_places(group), [frame.marks for frame in group])
        split = len(parts) > 1
        why = f"The series holds {len(parts)} acquisitions; each is a case of its own."
        for part in parts:
            yield _ParallelFrames(_in_order([group[i] for i in part]), [*notes, *[why] * split])


def _placed(frames: list[DicomFrame]) -> list[list[DicomFrame]]:
    """Return the images, those apart that lost their place and cannot be ordered by number."""
    lost = [frame for frame in frames if frame.plane.position_mm is None]
    if not lost or len(lost) == len(frames) or _depths(frames) is not None:
        return [frames] if frames else []
    return [[frame for frame in frames if frame.plane.position_mm is not None], lost]


def _places(frames: Sequence[DicomFrame]) -> list[int]:
    """Return where each image lies, by its number if positions are unknown."""
    depths = _depths(frames)
    if depths is not None:
        return steps_of(depths)
    ranks = {number: rank for rank, number in enumerate(sorted({f.number for f in frames}))}
    return [ranks[frame.number] for frame in frames]


def _depths(
    frames: Sequence[DicomFrame],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    """Return how deep each image lies in the stack."""
    return depths_mm([frame.plane for frame in frames], [frame.number for frame in frames])


def _in_order(frames: Sequence[DicomFrame]) -> list[DicomFrame]:
    """Return the frames from the top of the stack to its end."""
    order = reading_order([frame.plane for frame in frames], [frame.number for frame in frames])
    return [frames[i] for i in order]


def _case_of(stack: _ParallelFrames, progress: Progress) -> Iterator[Case | Failure]:
    """Yield the case of one stack, and its files that cannot be decoded."""
    frames, notes = stack.frames, stack.notes
    progress.turn_to(*_files(frames))
    try:
        check_size(len(frames), *frames[0].instance.shape)
        with one_sentence(DAMAGED):
            pixels, failed = _decode(frames, progress)
    except UnreadableScan as error:
        yield from ((path, error) for path in _files(frames))
        return
    yield from failed.items()
    kept = [row for row, frame in enumerate(frames) if frame.instance.path not in failed]
    if not kept:
        return
    if failed:
        pixels, frames = _rows(pixels, kept), [frames[row] for row in kept]
        notes = [*notes, f"{plural(len(failed), 'file')} of this series could not be read."]
    planes = [frame.plane for frame in frames]
    if planes[0].calibrated and (why := why_no_scan_in_hounsfield(pixels)):
        frames = _uncalibrated(frames)
        pixels, _ = _decode(frames, Progress())
        notes = [*notes, why]
    yield _assembled(frames, pixels, notes)


def _uncalibrated(frames: Sequence[DicomFrame]) -> list[DicomFrame]:
    """Return the frames without their claim to be in Hounsfield units."""
    instances = {
        frame.instance.path: replace(
            frame.instance,
            planes=tuple(replace(plane, calibrated=False) for plane in frame.instance.planes),
        )
        for frame in frames
    }
    return [DicomFrame(instances[frame.instance.path], frame.index) for frame in frames]


def _assembled(frames: Sequence[DicomFrame], pixels: Pixels, notes: list[str]) -> Case:
    """Return the case of decoded frames."""
    instances = [frame.instance for frame in frames]
    planes = [frame.plane for frame in frames]
    sources = [(frame.instance.path, frame.index) for frame in frames]
    truths = {instance.truth for instance in instances}
    return make_case(
        Volume(compact(pixels), planes, sources),
        patient=instances[0].patient,
        title=instances[0].title,
        truth=truths.pop() if len(truths) == 1 else None,
        notes=[
            *notes,
            *(note for instance in instances for note in instance.notes),
            *geometry_notes(planes, [frame.number for frame in frames], instances[0].tilt_degrees),
        ],
        acquisition=in_common(frame.instance.acquisitions[frame.index] for frame in frames),
        sources=_sources(frames),
    )


def _sources(frames: Sequence[DicomFrame]) -> tuple[str, ...]:
    """Return the code of each image, none where one of them has none."""
    codes = [code for f in frames for code in f.instance.sources[f.index : f.index + 1] if code]
    return tuple(codes) if len(codes) == len(frames) else ()


def _rows(pixels: Pixels, kept: Sequence[int]) -> Pixels:
    """Return some rows of a volume, moved together within it so that nothing is there twice."""
    for place, row in enumerate(kept):
        pixels[place] = pixels[row]
    return pixels[: len(kept)]


def _files(frames: Iterable[DicomFrame]) -> list[Path]:
    """Return the files of the frames, each once."""
    return list(dict.fromkeys(frame.instance.path for frame in frames))


def _decode(
    frames: Sequence[DicomFrame], progress: Progress
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
        with ThreadPoolExecutor(_threads(frames, progress)) as pool:
            fill = partial(_fill, pixels, progress)
            failures = {}
            for path, failure in zip(
                rows, pool.map(fill, instances.values(), rows.values()), strict=True
            ):
                failures[path] = failure
                progress.advance()
        if not whole or not any(isinstance(failure, _TooLarge) for failure in failures.values()):
            return pixels, {path: why for path, why in failures.items() if why is not None}
        whole = False


def _threads(frames: Sequence[DicomFrame], progress: Progress) -> int:
    """Return how many files are decoded at a time."""
    rows, columns = frames[0].instance.shape
    return 1 if progress.careful else max(1, min(THREADS, PIXELS_AT_A_TIME // (rows * columns)))


class _TooLarge(UnreadableScan):
    """A number does not fit 16 bits; never leaves this module."""


def _fill(
    pixels: Pixels, progress: Progress, instance: Instance, rows: dict[int, int]
) -> UnreadableScan | None:
    """Write a file's frames into their rows of the volume; return why it has none."""
    try:
        with progress.looking_at(instance.path), one_sentence(DAMAGED):
            for index, image in enumerate(hounsfield_frames(instance, progress)):
                if pixels.dtype == np.int16 and image.dtype != np.int16:
                    return _TooLarge()
                if index in rows:
                    pixels[rows[index]] = image
    except UnreadableScan as error:
        return error
    return None
