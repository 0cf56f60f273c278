"""What a DICOM header says about an image, read without its pixels and trusted in nothing."""

import math
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue

from ctviz.core import UnreadableScan
from ctviz.io.dicom import vocabulary
from ctviz.io.identity import pseudonym, words
from ctviz.io.limits import check_size
from ctviz.io.silence import quiet
from ctviz.io.volume import Directions, Plane

DAMAGED = (
    ArithmeticError, AssertionError, AttributeError, BytesLengthException, EOFError,
    InvalidDicomError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip
"""What pydicom and its decoders raise on files that somebody damaged."""

IDENTITY = (
    "PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthDate",
    "PatientAddress", "AccessionNumber", "StudyID", "InstitutionName", "ReferringPhysicianName",
    "PerformingPhysicianName", "OperatorsName", "StationName", "StudyDate", "SeriesDate",
    "AcquisitionDate", "ContentDate",
)  # fmt: skip
"""Read for one purpose only: to recognise them in file names, and keep them out of reports."""

IMAGE = (
    "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "Modality", "ImageType", "Rows",
    "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation", "InstanceNumber",
    "PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "GantryDetectorTilt",
    "RescaleSlope", "RescaleIntercept", "RescaleType", "ModalityLUTSequence",
    "ContrastBolusAgent", "ContrastBolusRoute", "BodyPartExamined", "SeriesDescription",
    "PatientIdentityRemoved", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
    "BitsAllocated",
)  # fmt: skip

TAGS = [*IMAGE, *IDENTITY]

LARGEST_RESCALE = 1e6
"""No scanner writes a larger slope or intercept; a damaged header does."""

INFLATED_BYTES = 2**29
"""The most a deflated file may grow to."""

PREAMBLE = 132


@dataclass(frozen=True)
class Rescale:
    """How stored numbers become Hounsfield units: ``slope`` times the number plus ``intercept``."""

    slope: float = 1.0
    intercept: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether whole numbers stay whole."""
        return self.slope.is_integer() and self.intercept.is_integer()


@dataclass(frozen=True)
class Instance:
    """One DICOM file that holds an image, or several as frames; without the patient's identity.

    Parameters
    ----------
    path
        Where its pixels are.
    series, uid
        Its SeriesInstanceUID and SOPInstanceUID; they group files and go no further.
    number
        Its InstanceNumber.
    shape
        (H, W).
    planes, rescales
        One per frame.
    patient
        Pseudonym; empty if the file names no patient.
    tilt_degrees
        How far the header says the gantry was tilted.
    """

    path: Path
    series: str
    uid: str
    number: int
    shape: tuple[int, int]
    planes: tuple[Plane, ...]
    rescales: tuple[Rescale, ...]
    patient: str = ""
    title: str = ""
    truth: str | None = None
    tilt_degrees: float = 0.0
    localizer: bool = False
    notes: tuple[str, ...] = field(default=())


def read_header(path: Path) -> Dataset:
    """Return the few elements of a file's header that ctviz reads, not yet interpreted."""
    _refuse_deflation_bomb(path)
    try:
        with quiet():
            return dcmread(path, stop_before_pixels=True, force=True, specific_tags=TAGS)
    except DAMAGED:
        raise UnreadableScan("Its DICOM header is damaged; copy or export it again.") from None


def identity_words(header: Dataset) -> set[str]:
    """Return whatever in the header could betray the patient when it occurs in a file name."""
    return words(*(_text(header, keyword) for keyword in IDENTITY))


def describe(header: Dataset, path: Path, key: bytes) -> Instance:
    """Return what ctviz keeps of a header, or say why the file is no CT slice."""
    _refuse_other_objects(header)
    rows, columns = (_whole(header, keyword) for keyword in ("Rows", "Columns"))
    frames = _whole(header, "NumberOfFrames", missing=1)
    check_size(frames, rows, columns)
    patient = _text(header, "PatientID")
    rescales, unit_notes = _rescales(header, frames)
    planes = tuple(_plane(header, index, frames, not unit_notes) for index in range(frames))
    return Instance(
        path=path,
        series=_text(header, "SeriesInstanceUID"),
        uid=_text(header, "SOPInstanceUID"),
        number=_whole(header, "InstanceNumber"),
        shape=(rows, columns),
        planes=planes,
        rescales=rescales,
        patient=pseudonym(patient, key) if patient else "",
        title=_title(header),
        truth=_truth(header),
        tilt_degrees=(_numbers(header, "GantryDetectorTilt", 1) or (0.0,))[0],
        localizer=any(word in _text(header, "ImageType").upper() for word in vocabulary.SCOUTS),
        notes=unit_notes,
    )


def contrast(agent: str, route: str = "") -> str | None:
    """Return the class a ContrastBolusAgent stands for; None where it leaves it open.

    >>> contrast("ISOVUE 300"), contrast("NONE"), contrast(""), contrast("ORAL")
    ('with contrast', 'without contrast', None, None)
    """
    agent, route = agent.strip().upper(), route.strip().upper()
    if agent in vocabulary.NO_AGENT:
        return "without contrast"
    # Contrast that was drunk does not brighten blood.
    only_oral = "ORAL" in f"{agent} {route}" and "IV" not in f"{agent} {route}"
    if not agent or agent in vocabulary.OPEN_AGENT or only_oral:
        return None
    return "with contrast"


def _refuse_deflation_bomb(path: Path) -> None:
    """Refuse a deflated file that would fill the memory before its header could be read."""
    with path.open("rb") as file:
        start = file.read(2 * PREAMBLE + 1024)
        if vocabulary.DEFLATED.encode() not in start:
            return
        # The length of the file meta information stands in its first element.
        length = int.from_bytes(start[PREAMBLE + 8 : PREAMBLE + 12], "little")
        file.seek(PREAMBLE + 12 + length)
        inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
        try:
            while size <= INFLATED_BYTES and (
                packed := inflate.unconsumed_tail or file.read(2**20)
            ):
                size += len(inflate.decompress(packed, 2**24))
        except zlib.error:
            return
    if size > INFLATED_BYTES:
        raise UnreadableScan("It unpacks to more than any CT file holds; export it again.")


def _refuse_other_objects(header: Dataset) -> None:
    """Refuse DICOM objects that are not grey images."""
    modality, sop_class = _text(header, "Modality"), _text(header, "SOPClassUID")
    if _text(_file_meta(header), "MediaStorageSOPClassUID") == vocabulary.DICOMDIR:
        raise UnreadableScan("It only lists other files (DICOMDIR); load those files instead.")
    if modality in vocabulary.NOT_IMAGES:
        raise UnreadableScan(
            f"It is {vocabulary.NOT_IMAGES[modality]}, not an image; load the CT series it "
            "belongs to."
        )
    if not modality and not sop_class and "Rows" not in header:
        raise UnreadableScan("It is not a DICOM file, or a damaged one; export it again.")
    if "Rows" not in header or "Columns" not in header:
        raise UnreadableScan("It is a DICOM file without an image; load the CT series instead.")
    colours = _whole(header, "SamplesPerPixel", missing=1)
    if colours != 1 or _text(header, "PhotometricInterpretation") not in vocabulary.GREY:
        raise UnreadableScan(
            "It is a colour picture, not a CT slice in Hounsfield units; load the original CT "
            "series."
        )


def _plane(header: Dataset, index: int, frames: int, calibrated: bool) -> Plane:
    """Return where one frame lies, leaving out what is missing or impossible."""
    spacing = _numbers(_macro(header, index, "PixelMeasuresSequence"), "PixelSpacing", 2)
    directions = _numbers(
        _macro(header, index, "PlaneOrientationSequence"), "ImageOrientationPatient", 6
    )
    holder = _macro(header, index, "PlanePositionSequence")
    # One position in the header of many frames is not theirs.
    lost = holder is header and frames > 1
    position = None if lost else _numbers(holder, "ImagePositionPatient", 3)
    return Plane(
        spacing if spacing and min(spacing) > 0 else None,  # type: ignore[arg-type]
        _orthonormal(directions),
        position,  # type: ignore[arg-type]
        calibrated,
    )


def _orthonormal(directions: tuple[float, ...] | None) -> Directions | None:
    """Return the directions of row and column if they are perpendicular unit vectors."""
    if directions is None:
        return None
    axes = np.reshape(directions, (2, 3))
    if not np.allclose(axes @ axes.T, np.eye(2), atol=1e-2):
        return None
    return directions  # type: ignore[return-value]


def _rescales(header: Dataset, frames: int) -> tuple[tuple[Rescale, ...], tuple[str, ...]]:
    """Return each frame's way to Hounsfield units, and a note where it leads elsewhere."""
    macros = [_macro(header, i, "PixelValueTransformationSequence") for i in range(frames)]
    slopes = [_numbers(macro, "RescaleSlope", 1) for macro in macros]
    intercepts = [_numbers(macro, "RescaleIntercept", 1) for macro in macros]
    pairs = [
        Rescale(slope[0], intercept[0])
        if slope and intercept and slope[0] and max(map(abs, slope + intercept)) < LARGEST_RESCALE
        else None
        for slope, intercept in zip(slopes, intercepts, strict=True)
    ]
    rescales = tuple(pair or Rescale() for pair in pairs)
    modality = _text(header, "Modality")
    if modality != "CT" and _text(header, "SOPClassUID") not in vocabulary.CT_IMAGES:
        kind = vocabulary.OTHER_IMAGES.get(modality, "not known to be CT")
        return rescales, (f"The image is {kind}: its grey values are not Hounsfield units.",)
    if any(_text(macro, "RescaleType").upper() not in vocabulary.HOUNSFIELD for macro in macros):
        return rescales, ("The numbers of this scan have another unit than Hounsfield's.",)
    table = _table_unit(header)
    if (None in pairs and table is None) or table not in {None, *vocabulary.HOUNSFIELD}:
        return rescales, (
            "The file does not say how its numbers become Hounsfield units; they are shown as "
            "they are.",
        )
    return rescales, ()


def _table_unit(header: Dataset) -> str | None:
    """Return the unit of a header's Modality LUT, None if it has no such table."""
    tables = _value(header, "ModalityLUTSequence")
    return _text(tables[0], "ModalityLUTType").upper() or "?" if tables else None


def _truth(header: Dataset) -> str | None:
    """Return whether a CT was taken with contrast; other images belong to neither class."""
    if _text(header, "Modality") != "CT":
        return None
    return contrast(_text(header, "ContrastBolusAgent"), _text(header, "ContrastBolusRoute"))


def _title(header: Dataset) -> str:
    """Return a title that holds no free text, except in series that ctviz wrote itself."""
    ours = _text(_file_meta(header), "ImplementationClassUID") == vocabulary.OURS
    if ours and _text(header, "SeriesDescription"):
        return _text(header, "SeriesDescription")
    part = _text(header, "BodyPartExamined").upper()
    kind = "CT" if _text(header, "Modality") == "CT" else "image"
    if part in vocabulary.BODY_PARTS:
        return f"{part.capitalize()} {kind}"
    return kind[0].upper() + kind[1:]


def _macro(header: Dataset, index: int, name: str) -> Dataset:
    """Return a frame's functional group, its own before the shared one, else the header."""
    for sequence, place in (
        ("PerFrameFunctionalGroupsSequence", index),
        ("SharedFunctionalGroupsSequence", 0),
    ):
        groups = _value(header, sequence) or ()
        items = _value(groups[place], name) if place < len(groups) else None
        if items:
            return items[0]
    return header


def _file_meta(header: Dataset) -> Dataset:
    """Return the file's own header, empty if it has none."""
    return getattr(header, "file_meta", Dataset())


def _value(header: Dataset, keyword: str) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Return an element's value, None if it is missing or damaged."""
    try:
        with quiet():
            return header.get(keyword)
    except DAMAGED:
        return None


def _text(header: Dataset, keyword: str) -> str:
    """Return an element as text, empty if it is missing or damaged."""
    value = _value(header, keyword)
    parts = value if isinstance(value, MultiValue) else [value]
    return "\\".join(str(part) for part in parts if part is not None).strip()


def _numbers(header: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return an element's finite numbers, None if they are missing, damaged or too few."""
    try:
        numbers = tuple(float(part) for part in _text(header, keyword).split("\\"))
    except ValueError:
        return None
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        return None
    return numbers


def _whole(header: Dataset, keyword: str, missing: int = 0) -> int:
    """Return an element's whole number."""
    numbers = _numbers(header, keyword, 1)
    return missing if numbers is None else int(numbers[0])
