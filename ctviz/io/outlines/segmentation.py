"""DICOM SEG: binary, fractional and label maps; frames on a scan's slices or on their own grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels import iter_pixels

from ctviz.core import UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.dicom.elements import file_meta, macro, numbers, text, value, whole
from ctviz.io.dicom.frames import native_words
from ctviz.io.dicom.header import MOST_FRAMES, directions_of
from ctviz.io.dicom.vocabulary import NATIVE
from ctviz.io.limits import check_size
from ctviz.io.outlines.dicom_object import (
    DAMAGED,
    claim_of,
    identity_of,
    items,
    object_of,
    sop_class,
)
from ctviz.io.outlines.drawn_on import DrawnOn
from ctviz.io.outlines.form import OUTLINE_FORMS, OutlineForm, Piece
from ctviz.io.outlines.found import OutlineSettings
from ctviz.io.outlines.naming import label_of, reader_of, told_apart
from ctviz.io.outlines.onto import Onto, ScanClaim
from ctviz.io.outlines.sheets import Sheet
from ctviz.io.volume import Plane

SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP: Final = "1.2.840.10008.5.1.4.1.1.66.7"

IMAGES = ("DerivationImageSequence", "SourceImageSequence")


@OUTLINE_FORMS.register("segmentation")
class SegmentationForm(OutlineForm):
    """A Segmentation or Label Map Segmentation object."""

    title = "DICOM SEG"

    def recognises(self, path: Path) -> bool:
        """Whether the file says that it is one."""
        return sop_class(path) in {SEGMENTATION, LABEL_MAP}

    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return by what it belongs to the case, and a sheet for each segment of each frame."""
        dataset = object_of(path)
        with foreign_reader(DAMAGED):
            segmentation = _SegmentationObject.of(dataset, onto, asked)
            matched = onto.belongs(_claim(dataset, onto.key))
        return matched, segmentation.sheets()

    def drawn_on(self, path: Path, key: bytes) -> DrawnOn:
        """Return the series and images that a segmentation refers to."""
        dataset = object_of(path)
        with foreign_reader(DAMAGED):
            return DrawnOn(_claim(dataset, key), tuple(_series(dataset)))


@dataclass(frozen=True, eq=False)
class _SegmentationObject:
    """A segmentation of which everything but its pixels was looked at.

    Parameters
    ----------
    kind
        ``BINARY``, ``FRACTIONAL`` or ``LABELMAP``.
    labels
        By segment number.
    least
        From which stored number on a pixel of a fractional one is inside.
    """

    dataset: Dataset
    onto: Onto
    kind: str
    shape: tuple[int, int, int]
    labels: dict[int, str]
    reader: str
    least: float

    @classmethod
    def of(cls, dataset: Dataset, onto: Onto, asked: OutlineSettings) -> "_SegmentationObject":
        rows, columns = whole(dataset, "Rows"), whole(dataset, "Columns")
        frames = whole(dataset, "NumberOfFrames", missing=1)
        check_size(frames, rows, columns)
        described = len(list(items(dataset, "PerFrameFunctionalGroupsSequence")))
        if frames > MOST_FRAMES or described != frames:
            raise UnreadableScan(
                f"It announces {frames} frames and describes {described}; export it again."
            )
        label_map = text(dataset, "SOPClassUID") == LABEL_MAP
        kind = "LABELMAP" if label_map else text(dataset, "SegmentationType").upper()
        if kind not in {"BINARY", "FRACTIONAL", "LABELMAP"}:
            raise UnreadableScan("It does not say what its numbers mean; export it again.")
        full = whole(dataset, "MaximumFractionalValue", missing=255)
        return cls(
            dataset=dataset,
            onto=onto,
            kind=kind,
            shape=(frames, rows, columns),
            labels=_labels(dataset, asked),
            reader=reader_of(dataset, onto.key),
            least=max(1e-9, asked.share * full),
        )

    def sheets(self) -> Iterator[Piece]:
        """Yield the mask of each segment of each frame that marks anything."""
        with foreign_reader(DAMAGED):
            for index, stored in enumerate(self._frames()):
                where = self._plane(index), self._sources(index)
                for number, mask in self._segments(index, stored):
                    label = self.labels.get(number, f"structure {number}")
                    yield Sheet(label, self.reader, mask, *where)

    def _segments(
        self, index: int, stored: NDArray[Any]
    ) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Yield each segment of a frame by number."""
        if self.kind == "LABELMAP":
            for number in np.unique(stored):
                if number in self.labels or number > 0:
                    yield int(number), stored == number
            return
        holder = macro(self.dataset, index, "SegmentIdentificationSequence")
        mask = stored >= (self.least if self.kind == "FRACTIONAL" else 1)
        if mask.any():
            yield whole(holder, "ReferencedSegmentNumber"), mask

    def _frames(self) -> Iterator[NDArray[Any]]:
        """Yield the stored numbers of each frame."""
        dataset, frames = self.dataset, self.shape[0]
        pixels = value(dataset, "PixelData")
        if not isinstance(pixels, bytes):
            raise UnreadableScan("It holds no pixels; export it again.")
        if text(file_meta(dataset), "TransferSyntaxUID") in NATIVE | {""}:
            allocated = whole(dataset, "BitsAllocated")
            yield from native_words(pixels, dataset, self.shape, allocated)
            return
        found = 0
        for found, frame in enumerate(iter_pixels(dataset, raw=True), start=1):
            if frame.shape != self.shape[1:] or found > frames:
                raise UnreadableScan(DAMAGED)
            yield frame
        if found != frames:
            raise UnreadableScan(DAMAGED)

    def _plane(self, index: int) -> Plane:
        """Return where a frame lies, as far as it says."""
        measures = macro(self.dataset, index, "PixelMeasuresSequence")
        turned = macro(self.dataset, index, "PlaneOrientationSequence")
        holder = macro(self.dataset, index, "PlanePositionSequence")
        spacing = numbers(measures, "PixelSpacing", 2)
        return Plane(
            spacing if spacing and min(spacing) > 0 else None,  # type: ignore[arg-type]
            directions_of(turned),
            numbers(holder, "ImagePositionPatient", 3),  # type: ignore[arg-type]
        )

    def _sources(self, index: int) -> tuple[str, ...]:
        """Return the codes of the images from which a frame was made."""
        groups = value(self.dataset, "PerFrameFunctionalGroupsSequence")[index]
        return tuple(
            self.onto.code(
                text(image, "ReferencedSOPInstanceUID"),
                whole(image, "ReferencedFrameNumber", missing=1),
            )
            for image in items(groups, *IMAGES)
        )


def _labels(dataset: Dataset, asked: OutlineSettings) -> dict[int, str]:
    """Return each segment's label by its number; 0 is the background, if anything."""
    identity = identity_of(dataset)
    segments = list(items(dataset, "SegmentSequence"))
    given = [whole(segment, "SegmentNumber") for segment in segments]
    said = [
        asked.names.get(number) or label_of(text(segment, "SegmentLabel"), number, identity)
        for number, segment in zip(given, segments, strict=True)
    ]
    if asked.label and len(said) == 1:
        said = [asked.label]
    names = dict(zip(given, told_apart(said), strict=True))
    names.pop(0, None)
    return names


def _claim(dataset: Dataset, key: bytes) -> ScanClaim:
    return claim_of(dataset, key, {text(dataset, "FrameOfReferenceUID")}, _uids(dataset))


def _series(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield study and series of each series that a segmentation refers to."""
    others = items(dataset, "StudiesContainingOtherReferencedInstancesSequence")
    for study in (dataset, *others):
        for series in items(study, "ReferencedSeriesSequence"):
            yield text(study, "StudyInstanceUID"), text(series, "SeriesInstanceUID")


def _uids(dataset: Dataset) -> set[str]:
    """Return the UIDs of the images that a segmentation refers to."""
    ways = (
        ("ReferencedSeriesSequence", "ReferencedInstanceSequence"),
        ("PerFrameFunctionalGroupsSequence", *IMAGES),
        ("SharedFunctionalGroupsSequence", *IMAGES),
    )
    return {text(item, "ReferencedSOPInstanceUID") for way in ways for item in items(dataset, *way)}
