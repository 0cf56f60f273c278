"""Regions as DICOM Label Map Segmentations (2024): one number for each pixel."""

from collections.abc import Iterator
from typing import ClassVar

from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.forms.segmentation import segmentation
from ctviz.io.out.making import file_name
from ctviz.io.out.parcel import Parcel

FIRST_SERIES = 9051


@RESULT_FORMS.register("labelmap")
class LabelMapResult(ResultForm):
    """Label maps, which few viewers read yet; labels must not overlap."""

    title: ClassVar = "DICOM label maps"

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield an object for each reader who drew."""
        for place, reader in enumerate(parcel.results.readers):
            made = segmentation(parcel, reader, FIRST_SERIES + place, "LABELMAP")
            yield WrittenObject(file_name("labelmap", place + 1, reader), made, reader)
