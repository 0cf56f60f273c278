"""The anonymous slices themselves, so that what refers to them can be shown over them."""

from collections.abc import Iterator
from typing import ClassVar

from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.making import finish
from ctviz.io.out.parcel import Parcel
from ctviz.io.out.source import add_pixels, headers
from ctviz.io.volume import as_volume


@RESULT_FORMS.register("ct")
class SlicesForm(ResultForm):
    """CT images, one file for each slice; none where the patient's own ones are referred to."""

    title: ClassVar = "CT slices"

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield a file for each slice."""
        case, origin = parcel.results.case, parcel.origin
        if not origin.anonymous:
            return
        volume = as_volume(case.slices)
        for index, image in enumerate(headers(case, origin, range(len(case.slices)))):
            image.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
            image.Manufacturer = "ctviz"
            image.Laterality, image.PatientPosition, image.AcquisitionNumber = None, None, None
            kilovolts = case.acquisition.kilovolts
            image.KVP = None if kilovolts is None else f"{kilovolts:g}"
            add_pixels(image, volume.pixels[index])
            if volume.planes[index].calibrated:
                image.RescaleType = "HU"
            image.file_meta = FileMetaDataset()
            image.file_meta.MediaStorageSOPClassUID = UID(image.SOPClassUID)
            image.file_meta.MediaStorageSOPInstanceUID = UID(image.SOPInstanceUID)
            image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            finish(image, case.title, origin)
            yield WrittenObject(f"ct-{index + 1:04d}.dcm", image, str(index))
