"""DICOM RTSTRUCT: closed planar contours in the patient's millimetres."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydicom import Dataset

from ctviz.core import UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.dicom.elements import text, whole
from ctviz.io.identity import pseudonym
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
from ctviz.io.outlines.found import Outline, OutlineSettings, Unplaced
from ctviz.io.outlines.naming import label_of, reader_of, told_apart
from ctviz.io.outlines.onto import BY_IMAGES, NOWHERE, Onto, Points, ScanClaim
from ctviz.io.outlines.polygons import crosses_itself, inside

STRUCTURE_SET: Final = "1.2.840.10008.5.1.4.1.1.481.3"
CONTOUR_DATA: Final = 0x30060050

CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR"})
OTHERS = {
    "POINT": "is a point",
    "OPEN_PLANAR": "is open, so that nothing lies inside of it",
    "OPEN_NONPLANAR": "is open, so that nothing lies inside of it",
}
CONTOURED = ("ROIContourSequence", "ContourSequence", "ContourImageSequence")
STUDIES = ("ReferencedFrameOfReferenceSequence", "RTReferencedStudySequence")
REFERRED_SERIES = "RTReferencedSeriesSequence"
"""Ways to what a structure set refers to."""

FEWEST_CORNERS = 3
MOST_POINTS = 2**22
"""Of all contours together, some 200 MB of text."""


@OUTLINE_FORMS.register("structure-set")
class StructureSetForm(OutlineForm):
    """An RT Structure Set."""

    title = "RTSTRUCT"

    def recognises(self, path: Path) -> bool:
        """Whether the file says that it is one."""
        return sop_class(path) == STRUCTURE_SET

    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return by what it belongs to the case, and a mask for each structure on each slice."""
        dataset = object_of(path)
        with foreign_reader(DAMAGED):
            matched = onto.belongs(_claim(dataset, onto.key, CONTOURED))
        if not onto.placed:
            raise UnreadableScan(NOWHERE)
        return matched, _pieces(dataset, onto, asked, trusted=matched == BY_IMAGES)

    def drawn_on(self, path: Path, key: bytes) -> DrawnOn:
        """Return the series and images that a structure set refers to."""
        dataset = object_of(path)
        with foreign_reader(DAMAGED):
            images = (*STUDIES, REFERRED_SERIES, "ContourImageSequence")
            return DrawnOn(_claim(dataset, key, CONTOURED, images), tuple(_series(dataset)))


def _claim(dataset: Dataset, key: bytes, *ways: tuple[str, ...]) -> ScanClaim:
    """Return what a structure set says of its scan, of which images stand at the ends of ways."""
    uids = {text(item, "ReferencedSOPInstanceUID") for way in ways for item in items(dataset, *way)}
    spaces = {
        text(item, keyword)
        for sequence, keyword in (
            ("ReferencedFrameOfReferenceSequence", "FrameOfReferenceUID"),
            ("StructureSetROISequence", "ReferencedFrameOfReferenceUID"),
        )
        for item in items(dataset, sequence)
    }
    return claim_of(dataset, key, spaces, uids)


def _series(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield study and series of each series that a structure set refers to."""
    for study in items(dataset, *STUDIES):
        for series in items(study, REFERRED_SERIES):
            yield text(study, "ReferencedSOPInstanceUID"), text(series, "SeriesInstanceUID")


@dataclass(frozen=True)
class _Structure:
    """What a structure set says of one of its structures."""

    label: str
    space: str


def _structures(dataset: Dataset, onto: Onto, asked: OutlineSettings) -> dict[int, _Structure]:
    identity = identity_of(dataset)
    found = list(items(dataset, "StructureSetROISequence"))
    said = [
        label_of(text(roi, "ROIName"), place, identity) for place, roi in enumerate(found, start=1)
    ]
    if asked.label and len(said) == 1:
        said = [asked.label]
    return {
        whole(roi, "ROINumber"): _Structure(label, _space(roi, onto))
        for roi, label in zip(found, told_apart(said), strict=True)
    }


def _space(roi: Dataset, onto: Onto) -> str:
    uid = text(roi, "ReferencedFrameOfReferenceUID")
    return pseudonym(uid, onto.key, "F") if uid else ""


def _pieces(
    dataset: Dataset, onto: Onto, asked: OutlineSettings, *, trusted: bool
) -> Iterator[Piece]:
    """Yield what becomes of every structure.

    Parameters
    ----------
    trusted
        Whether the images say that the set belongs to the case; else its space must.
    """
    with foreign_reader(DAMAGED):
        structures, left = _structures(dataset, onto, asked), MOST_POINTS
        here = onto.case.acquisition.space
        for place, roi in enumerate(items(dataset, "ROIContourSequence"), start=1):
            number = whole(roi, "ReferencedROINumber", missing=-1)
            known = structures.get(number, _Structure(f"structure {place}", ""))
            contours = list(items(roi, "ContourSequence"))
            if not contours:
                yield Unplaced(f"'{known.label}'", "has no contour")
            elif known.space and here and known.space != here and not trusted:
                yield Unplaced(f"'{known.label}'", "lies in another frame of reference")
            else:
                rings: dict[int, list[Points]] = defaultdict(list)
                for contour in contours:
                    points = _points(contour)
                    left -= len(points)
                    if left < 0:
                        raise UnreadableScan(
                            "It holds more points than ctviz reads; export a part."
                        )
                    yield from _sorted_in(contour, points, known.label, onto, rings)
                reader = reader_of(dataset, onto.key)
                for index, drawn in sorted(rings.items()):
                    mask = inside(drawn, onto.shape)
                    if mask.any():
                        yield Outline.of(known.label, reader, index, mask)
                    else:
                        yield Unplaced(
                            f"A contour of '{known.label}'", "holds no pixel's centre of its slice"
                        )


def _points(contour: Dataset) -> Points:
    """Return a contour's points, (N, 3), without making an object of each number."""
    held = contour.get_item(CONTOUR_DATA)
    stored = held.value if held is not None else b""
    if isinstance(stored, bytes):
        numbers = [float(part) for part in stored.rstrip(b" \0").split(b"\\") if part.strip()]
    else:
        numbers = [float(part) for part in (stored or ())]
    points = np.array(numbers, np.float64)
    if len(points) % 3 or not np.isfinite(points).all():
        raise UnreadableScan("A contour of it is damaged; export it again.")
    return points.reshape(-1, 3)


def _sorted_in(
    contour: Dataset, points: Points, label: str, onto: Onto, rings: dict[int, list[Points]]
) -> Iterator[Unplaced]:
    """Add a contour to the rings of its slice, or yield why it cannot be; say what is odd of it."""
    what, kind = f"A contour of '{label}'", text(contour, "ContourGeometricType").upper()
    if kind not in CLOSED:
        yield Unplaced(what, OTHERS.get(kind, "is of a kind that has no inside"))
        return
    if len(points) < FEWEST_CORNERS:
        yield Unplaced(what, "has fewer than three corners")
        return
    depths = points @ onto.normal
    index = onto.at_depth(float(depths.mean()))
    if np.ptp(depths) > onto.tolerance_mm:
        yield Unplaced(what, "is not parallel to the slices")
    elif index is None:
        yield Unplaced(what, "lies between the slices or beyond them")
    else:
        ring = onto.pixels(points, index)
        rings[index].append(ring)
        rows, columns = onto.shape
        if (ring < -1).any() or (ring > (columns, rows)).any():
            yield Unplaced(what, "reaches beyond the picture and was cut at its edge")
        if crosses_itself(ring):
            yield Unplaced(what, "crosses itself; what it surrounds twice was taken for outside")
