"""What every object that ctviz makes says of itself."""

import re
from collections.abc import Mapping
from typing import Any

from pydicom import Dataset

from ctviz.io.dicom import vocabulary
from ctviz.io.out import codes
from ctviz.io.out.frames import name_frames
from ctviz.io.out.origin import Origin
from ctviz.io.out.results import Results
from ctviz.io.out.source import patient_and_study
from ctviz.io.out.uids import uid_of

RESEARCH = "Research use only"


def numbers_of(series: int, study: str, form: str, *content: object) -> Mapping[str, Any]:
    """Return the numbers and UIDs of an object, which follow from what it holds.

    Parameters
    ----------
    series
        Number of its series; each object has one of its own.
    """
    return {
        "series_instance_uid": uid_of(study, form, *content, "series"),
        "series_number": series,
        "sop_instance_uid": uid_of(study, form, *content),
        "instance_number": 1,
    }


def maker(results: Results) -> Mapping[str, Any]:
    """Return who made an object."""
    return {
        "manufacturer": "ctviz",
        "manufacturer_model_name": "ctviz",
        "software_versions": results.version,
        "device_serial_number": "1",
    }


def finish(made: Dataset, description: str, origin: Origin) -> Dataset:
    """Let an object say what it is in letters of all languages, and whose names it carries."""
    name_frames(made, origin)
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SeriesDescription = codes.cut(description, codes.LONGEST_MEANING)
    made.CodingSchemeIdentificationSequence = [codes.scheme()]
    for element in patient_and_study(origin):
        made.add(element)
    if origin.anonymous:
        made.PatientIdentityRemoved = "YES"
        made.DeidentificationMethod = "ctviz: only pixels and geometry were kept"
    made.file_meta.ImplementationClassUID = vocabulary.OURS
    made.file_meta.ImplementationVersionName = "CTVIZ"
    made.file_meta.pop("FileMetaInformationGroupLength", None)
    return made


def file_name(*parts: object) -> str:
    """Return a name of a DICOM file in which only letters, digits and hyphens of all languages are.

    >>> file_name("seg", 1, "Ä. Müller/x")
    'seg-1-Ä-Müller-x.dcm'
    """
    words = [re.sub(r"\W+", "-", str(part)).strip("-") for part in parts]
    return "-".join(filter(None, words))[:100] + ".dcm"
