"""What a DICOM header says about an image, read without its pixels and trusted in nothing."""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread

from ctviz.core import UnreadableScan
from ctviz.core.acquisition import Acquisition
from ctviz.io.dicom import vocabulary
from ctviz.io.dicom.acquired import acquired
from ctviz.io.dicom.claims import (
    Rescale,
    has_own_groups,
    is_localizer,
    shows_what_was_measured,
    units_of,
)
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.elements import file_meta, macro, numbers, text, value, whole
from ctviz.io.identity import pseudonym, source_code, words
from ctviz.io.limits import check_size
from ctviz.io.silence import quiet
from ctviz.io.volume import Directions, Plane

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
    "BitsAllocated", "ProtocolName", "ManufacturerModelName", "PixelRepresentation",
    "FrameOfReferenceUID",
)  # fmt: skip

TAGS = list(dict.fromkeys((*IMAGE, *IDENTITY, *vocabulary.MARKS, *vocabulary.MOMENTS)))

INFLATED_BYTES = 2**29
"""The most a deflated file may grow to."""

PREAMBLE = 132
BYTE_BITS = 8
MOST_FRAMES = 2**15
"""No scanner writes more images into one file; each costs time, however small."""

FRAGMENT = 8
"""Bytes before each piece of compressed pixels."""


@dataclass(frozen=True)
class Marks:
    """What tells an image from others of its series that were not taken together.

    Parameters
    ----------
    kinds
        Values of elements that are the same in all images of one scan.
    moments
        Values of elements that may differ in it.
    """

    kinds: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()


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
    planes, rescales, marks, acquisitions
        One per frame.
    sources
        Code of each frame, by which outlines of it are recognised.
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
    marks: tuple[Marks, ...]
    acquisitions: tuple[Acquisition, ...]
    sources: tuple[str, ...] = ()
    patient: str = ""
    title: str = ""
    truth: str | None = None
    tilt_degrees: float = 0.0
    localizer: bool = False
    notes: tuple[str, ...] = field(default=())


def read_header(path: Path) -> Dataset:
    """Return the few elements of a file's header that ctviz reads, not yet interpreted."""
    refuse_deflation_bomb(path)
    try:
        with quiet():
            return dcmread(path, stop_before_pixels=True, force=True, specific_tags=TAGS)
    except DAMAGED:
        raise UnreadableScan("Its DICOM header is damaged; copy or export it again.") from None


def identity_words(header: Dataset) -> set[str]:
    """Return whatever in the header could betray the patient when it occurs in a file name."""
    return words(*(text(header, keyword) for keyword in IDENTITY))


def describe(header: Dataset, path: Path, key: bytes) -> Instance:
    """Return what ctviz keeps of a header, or say why the file is no CT slice."""
    _refuse_other_objects(header)
    rows, columns = (whole(header, keyword) for keyword in ("Rows", "Columns"))
    frames = whole(header, "NumberOfFrames", missing=1)
    check_size(frames, rows, columns)
    _refuse_missing_frames(header, path, frames, rows * columns)
    patient = text(header, "PatientID")
    units = units_of(header, frames)
    return Instance(
        path=path,
        series=text(header, "SeriesInstanceUID"),
        uid=text(header, "SOPInstanceUID"),
        number=whole(header, "InstanceNumber"),
        shape=(rows, columns),
        planes=_planes(header, frames, calibrated=units.calibrated),
        rescales=units.rescales,
        marks=_marks(header, frames),
        acquisitions=_acquisitions(header, frames, key),
        sources=_sources(header, frames, key),
        patient=pseudonym(patient, key) if patient else "",
        title=_title(header),
        truth=_truth(header),
        tilt_degrees=(numbers(header, "GantryDetectorTilt", 1) or (0.0,))[0],
        localizer=is_localizer(header),
        notes=units.notes,
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


def _inflated_bytes(path: Path) -> int:
    """Return the size of a deflated file's dataset, not looking further than what is refused."""
    with path.open("rb") as file:
        # The length of the file meta information stands in its first element.
        length = int.from_bytes(file.read(PREAMBLE + 12)[PREAMBLE + 8 :], "little")
        file.seek(PREAMBLE + 12 + length)
        inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
        try:
            while size <= INFLATED_BYTES and (
                packed := inflate.unconsumed_tail or file.read(2**20)
            ):
                size += len(inflate.decompress(packed, 2**24))
        except zlib.error:
            return size
    return size


def refuse_deflation_bomb(path: Path) -> None:
    """Refuse a deflated file that would fill the memory before its header could be read."""
    with path.open("rb") as file:
        deflated = vocabulary.DEFLATED.encode() in file.read(2 * PREAMBLE + 1024)
    if deflated and _inflated_bytes(path) > INFLATED_BYTES:
        raise UnreadableScan("It unpacks to more than any CT file holds; export it again.")


def _refuse_other_objects(header: Dataset) -> None:
    """Refuse DICOM objects that are not grey images."""
    modality, sop_class = text(header, "Modality"), text(header, "SOPClassUID")
    if text(file_meta(header), "MediaStorageSOPClassUID") == vocabulary.DICOMDIR:
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
    colours = whole(header, "SamplesPerPixel", missing=1)
    if colours != 1 or text(header, "PhotometricInterpretation") not in vocabulary.GREY:
        raise UnreadableScan(
            "It is a colour picture, not a CT slice in Hounsfield units; load the original CT "
            "series."
        )


def _refuse_missing_frames(header: Dataset, path: Path, frames: int, pixels: int) -> None:
    """Refuse a file that is too small for the frames it announces, before work begins on them."""
    syntax = text(file_meta(header), "TransferSyntaxUID")
    native = syntax in vocabulary.NATIVE
    size = _inflated_bytes(path) if syntax == vocabulary.DEFLATED else path.stat().st_size
    bits = max(1, whole(header, "BitsAllocated", missing=BYTE_BITS)) if native else 0
    if frames > MOST_FRAMES:
        raise UnreadableScan(
            f"It announces {frames} images, more than ctviz loads; export a part of it."
        )
    described = value(header, "PerFrameFunctionalGroupsSequence")
    if has_own_groups(header) and len(described or ()) != frames:
        raise UnreadableScan(
            f"It announces {frames} images and describes {len(described or ())}; export it again."
        )
    # A compressed frame takes at least the head of its fragment.
    if frames > 1 and frames * max(pixels * bits // BYTE_BITS, 0 if native else FRAGMENT) > size:
        raise UnreadableScan(
            f"It announces {frames} images and is too small to hold them; copy or export it again."
        )


def _planes(header: Dataset, frames: int, *, calibrated: bool) -> tuple[Plane, ...]:
    """Return where each frame lies."""
    if not has_own_groups(header):
        return (_plane(header, 0, frames, calibrated),) * frames
    return tuple(_plane(header, index, frames, calibrated) for index in range(frames))


def _marks(header: Dataset, frames: int) -> tuple[Marks, ...]:
    """Return what tells each frame from others that were not taken together."""
    kinds = tuple(text(header, keyword) for keyword in vocabulary.MARKS)
    moments = tuple(text(header, keyword) for keyword in vocabulary.MOMENTS)
    if not has_own_groups(header):
        return (Marks(kinds, moments),) * frames
    return tuple(
        Marks(
            kinds + tuple(text(macro(header, i, name), k) for name, k in vocabulary.FRAME_MARKS),
            moments,
        )
        for i in range(frames)
    )


def _acquisitions(header: Dataset, frames: int, key: bytes) -> tuple[Acquisition, ...]:
    """Return how each frame was made."""
    identity = identity_words(header)
    if not has_own_groups(header):
        return (acquired(header, 0, key, identity),) * frames
    return tuple(acquired(header, index, key, identity) for index in range(frames))


def _sources(header: Dataset, frames: int, key: bytes) -> tuple[str, ...]:
    """Return the code of each frame."""
    uid = text(header, "SOPInstanceUID")
    return tuple(source_code(uid, number, key) for number in range(1, frames + 1))


def _plane(header: Dataset, index: int, frames: int, calibrated: bool) -> Plane:
    """Return where one frame lies, leaving out what is missing or impossible."""
    spacing = numbers(macro(header, index, "PixelMeasuresSequence"), "PixelSpacing", 2)
    holder = macro(header, index, "PlanePositionSequence")
    # One position in the header of many frames is not theirs.
    lost = holder is header and frames > 1
    position = None if lost else numbers(holder, "ImagePositionPatient", 3)
    return Plane(
        spacing if spacing and min(spacing) > 0 else None,  # type: ignore[arg-type]
        directions_of(macro(header, index, "PlaneOrientationSequence")),
        position,  # type: ignore[arg-type]
        calibrated,
    )


def directions_of(holder: Dataset) -> Directions | None:
    """Return the directions of row and column if they are perpendicular unit vectors."""
    directions = numbers(holder, "ImageOrientationPatient", 6)
    if directions is None:
        return None
    axes = np.reshape(directions, (2, 3))
    if not np.allclose(axes @ axes.T, np.eye(2), atol=1e-2):
        return None
    return directions  # type: ignore[return-value]


def _truth(header: Dataset) -> str | None:
    """Return whether a CT was taken with contrast; other images belong to neither class."""
    if text(header, "Modality") != "CT" or not shows_what_was_measured(header):
        return None
    return contrast(text(header, "ContrastBolusAgent"), text(header, "ContrastBolusRoute"))


def _title(header: Dataset) -> str:
    """Return a title of known words only: whatever else stands in a file may be a name."""
    ours = text(file_meta(header), "ImplementationClassUID") == vocabulary.OURS
    title = text(header, "SeriesDescription")
    if ours and re.fullmatch(vocabulary.OUR_TITLES, title):
        return title
    part = text(header, "BodyPartExamined").upper()
    kind = "CT" if text(header, "Modality") == "CT" else "image"
    if part in vocabulary.BODY_PARTS:
        return f"{part.capitalize()} {kind}"
    return kind[0].upper() + kind[1:]
