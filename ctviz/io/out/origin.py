"""Whose images a case's slices are in the world of DICOM: the patient's own, or anonymous ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ctviz.core import Case, InvalidInput
from ctviz.io.out.uids import uid_of
from ctviz.io.volume import as_volume

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"

REQUIRED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate",
    "StudyTime", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip
"""Elements of patient and study that every object has, be they empty."""

OPTIONAL = ("IssuerOfPatientID", "PatientAge", "StudyDescription")

CARRIED = (*REQUIRED, *OPTIONAL)
"""What objects of one study must have in common, and what a PACS files them by."""

PLACELESS = (
    "The case does not say where its slices lie in the patient, which DICOM's regions and maps "
    "must say; write --as nifti,sc instead."
)


@dataclass(frozen=True)
class SourceImage:
    """The DICOM image that a slice came from.

    Parameters
    ----------
    sop_class, sop_instance
        Its UIDs.
    frame
        Its number in a file of many frames, from 1; 0 for a file of one image.
    """

    sop_class: str
    sop_instance: str
    frame: int = 0


@dataclass(frozen=True)
class Origin:
    """The patient, the study, and the image of each slice.

    Parameters
    ----------
    attributes
        Elements of patient and study by keyword, as text.
    study, series, frame_of_reference
        Their UIDs.
    images
        One per slice of the case.
    anonymous
        Whether all of it is of our own making.
    """

    attributes: Mapping[str, str] = field(repr=False)
    study: str
    series: str
    frame_of_reference: str
    images: tuple[SourceImage, ...]
    anonymous: bool = False


def anonymous_origin(case: Case) -> Origin:
    """Return the origin of a case whose patient nobody knows any more; the same for equal pixels.

    Cases that share the pseudonyms of patient and coordinate system share their frame of reference.
    """
    key = as_volume(case.slices).digest
    space = case.acquisition.space
    shared = (case.patient, space) if space else (key,)
    return Origin(
        attributes={
            "PatientName": f"{case.patient}^",
            "PatientID": case.patient,
            "StudyID": case.id,
        },
        study=uid_of(key, "study"),
        series=uid_of(key, "series"),
        frame_of_reference=uid_of(*shared, "frame of reference"),
        images=tuple(
            SourceImage(CT_IMAGE, uid_of(key, "slice", index)) for index in range(len(case.slices))
        ),
        anonymous=True,
    )


def has_place(case: Case) -> bool:
    """Whether it is known where every slice lies in the patient."""
    planes = as_volume(case.slices).planes
    return all(
        plane.spacing_mm and plane.orientation and plane.position_mm is not None for plane in planes
    )


def refuse_without_place(case: Case) -> None:
    """Refuse a case that does not say where its slices lie."""
    if not has_place(case):
        raise InvalidInput(PLACELESS)
