"""What our maps and segmentations hold, read back from them, so that it can be checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from pydicom import Dataset, dcmread

from ctviz.core import FloatMap, InvalidInput, Mask
from ctviz.core.params import Value
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.elements import macro, text
from ctviz.io.out.made_by import contributed
from ctviz.io.out.origin import Origin
from ctviz.io.silence import quiet

Claimed = TypeVar("Claimed")
ResultKind: TypeAlias = Literal["report", "map", "regions"]
ImageName: TypeAlias = tuple[str, int]
"""SOP Instance UID of an image, and the frame's number in a file of many, else 0."""

KINDS: Mapping[str, ResultKind] = {
    "1.2.840.10008.5.1.4.1.1.30": "map",
    "1.2.840.10008.5.1.4.1.1.66.4": "regions",
    "1.2.840.10008.5.1.4.1.1.66.7": "regions",
}
BACKGROUND = 0
"""What a label map calls pixels that are nothing."""

NO_RESULT = (
    "It is not a map or segmentation that ctviz wrote; name a file that `ctviz export CASE` has "
    "made."
)


@dataclass(frozen=True, eq=False)
class ClaimedMap:
    """A map as an object has it, and what made it.

    Parameters
    ----------
    case_id
        Of an anonymous object; empty for one that carries the patient's own names.
    image
        The slice's image.
    values
        (H, W), signed.
    """

    case_id: str
    image: ImageName
    slice_index: int
    model_id: str
    weights: str
    target: int
    estimator: str
    settings: Mapping[str, Value]
    values: FloatMap
    rather_than: int | None = None


@dataclass(frozen=True, eq=False)
class ClaimedRegions:
    """Masks as an object has them.

    Parameters
    ----------
    reader
        As `codes.person` writes them.
    masks
        By image and label, as `codes.cut` writes it.
    """

    case_id: str
    reader: str
    masks: Mapping[tuple[ImageName, str], Mask]


def result_kind(path: Path) -> ResultKind:
    """Return what a file is as far as it says so; a report by default."""
    try:
        with quiet():
            header = dcmread(path, specific_tags=["SOPClassUID"], stop_before_pixels=True)
    except DAMAGED:
        return "report"
    return KINDS.get(text(header, "SOPClassUID"), "report")


def read_map(path: Path) -> ClaimedMap:
    """Return what one of our Parametric Maps holds.

    Raises
    ------
    InvalidInput
        If the file is none of ours.
    """
    return _read(path, _map)


def read_regions(path: Path) -> ClaimedRegions:
    """Return what one of our Segmentations holds.

    Raises
    ------
    InvalidInput
        If the file is none of ours.
    """
    return _read(path, _regions)


def slice_names(origin: Origin) -> dict[ImageName, int]:
    """Return the index of each slice by its image."""
    return {(each.sop_instance, each.frame): i for i, each in enumerate(origin.images)}


def _read(path: Path, interpret: Callable[[Dataset], Claimed]) -> Claimed:
    """Return what an object holds, refusing any that cannot be interpreted."""
    try:
        with quiet():
            return interpret(dcmread(path))
    except DAMAGED:
        raise InvalidInput(NO_RESULT) from None


def _map(made: Dataset) -> ClaimedMap:
    says = contributed(made)
    shape = int(made.Rows), int(made.Columns)
    values = np.frombuffer(made.FloatPixelData, "<f4").reshape(shape)
    return ClaimedMap(
        case_id=_case_id(made),
        image=_image(made, 0),
        slice_index=int(says["slice"]) - 1,
        model_id=str(says["model"]),
        weights=str(says["weights"]),
        target=int(says["target"]),
        estimator=str(says["estimator"]),
        settings=dict(says["settings"]),
        values=values,
        rather_than=int(says["rather than"]) if "rather than" in says else None,
    )


def _regions(made: Dataset) -> ClaimedRegions:
    if made.Manufacturer != "ctviz":
        raise LookupError
    labels = {int(each.SegmentNumber): str(each.SegmentLabel) for each in made.SegmentSequence}
    labels.pop(BACKGROUND, None)
    pixels = made.pixel_array.reshape(-1, int(made.Rows), int(made.Columns))
    label_map = KINDS.get(made.SOPClassUID) == "regions" and "LABELMAP" in made.SegmentationType
    masks: dict[tuple[ImageName, str], Mask] = {}
    for place, drawn in enumerate(pixels):
        numbers = labels if label_map else [_segment(made, place)]
        for number in numbers:
            mask = drawn == number if label_map else drawn > 0
            if mask.any():
                masks[_image(made, place), labels[number]] = mask
    return ClaimedRegions(_case_id(made), str(made.ContentCreatorName), masks)


def _segment(made: Dataset, place: int) -> int:
    return int(macro(made, place, "SegmentIdentificationSequence").ReferencedSegmentNumber)


def _image(made: Dataset, place: int) -> ImageName:
    (source,) = macro(made, place, "DerivationImageSequence").SourceImageSequence
    return str(source.ReferencedSOPInstanceUID), int(source.get("ReferencedFrameNumber") or 0)


def _case_id(made: Dataset) -> str:
    return text(made, "StudyID") if text(made, "PatientIdentityRemoved") == "YES" else ""


def named(reader: str, label: str) -> tuple[str, str]:
    """Return a reader and a label as objects have them."""
    # Not above: it brings what writes objects, and who reads a scan has little memory.
    from ctviz.io.out import codes

    return codes.person(reader), codes.cut(label, codes.LONGEST_MEANING)
