"""The maps as one sees them, as DICOM Secondary Captures that any viewer shows."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from highdicom.sc import SCImage
from pydicom import Dataset

from ctviz.core import digest
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.making import RESEARCH, file_name, finish, maker, numbers_of
from ctviz.io.out.parcel import Parcel
from ctviz.io.out.results import Explanation

FIRST_SERIES = 9301


@RESULT_FORMS.register("sc")
class SecondaryCaptureForm(ResultForm):
    """A colour picture for each map, with its words burned in."""

    title: ClassVar = "DICOM pictures"
    needs_place: ClassVar = False
    with_slices: ClassVar = False

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield an object for each map that has a picture."""
        answer = parcel.results.answer
        for place, each in enumerate(() if answer is None else answer.explanations):
            if each.picture is not None:
                name = each.importance.estimator
                made = _capture(parcel, each, FIRST_SERIES + place)
                yield WrittenObject(file_name("sc", place + 1, name), made, name)


def _capture(parcel: Parcel, each: Explanation, series: int) -> Dataset:
    results, origin = parcel.results, parcel.origin
    picture = np.ascontiguousarray(each.picture)
    says = maker(results)
    made = SCImage(
        pixel_array=picture,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        study_instance_uid=origin.study,
        patient_orientation=("L", "P"),
        manufacturer=says["manufacturer"],
        **numbers_of(series, origin.study, "sc", each.importance.estimator, digest(picture)),
    )
    # Unknown: the picture holds words as well.
    made.PatientOrientation, made.Laterality = None, None
    made.BurnedInAnnotation = "YES"
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.DerivationDescription = RESEARCH
    made.ManufacturerModelName = says["manufacturer_model_name"]
    made.SoftwareVersions = says["software_versions"]
    return finish(made, f"{each.title}, {RESEARCH.lower()}", origin)
