"""Regions as RTSTRUCT: contours that fill to the very masks, for planning and its viewers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, RTStructureSetStorage

from ctviz.core import Region, Slice, digest
from ctviz.io.dicom.write import decimal
from ctviz.io.out import codes
from ctviz.io.out.contours import outlines
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.making import file_name, finish, maker, numbers_of
from ctviz.io.out.origin import Origin, SourceImage
from ctviz.io.out.parcel import Parcel
from ctviz.io.out.source import patient_and_study

FIRST_SERIES = 9201
LONGEST_LABEL = 16
STUDY_COMPONENT = "1.2.840.10008.3.1.2.3.1"
COLOURS = ((255, 176, 0), (100, 143, 255), (220, 38, 127), (120, 220, 120), (254, 97, 0))


@RESULT_FORMS.register("rtstruct")
class StructureSetResult(ResultForm):
    """One structure set for each reader, one structure for each label.

    A hole is a contour of its own, inside of the one that it is cut out of.
    """

    title: ClassVar = "DICOM structure sets"

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield an object for each reader who drew."""
        for place, reader in enumerate(parcel.results.readers):
            made = _structure_set(parcel, reader, FIRST_SERIES + place)
            yield WrittenObject(file_name("rtstruct", place + 1, reader), made, reader)


def _structure_set(parcel: Parcel, reader: str, series: int) -> Dataset:
    results, origin = parcel.results, parcel.origin
    regions, labels = results.of_reader(reader), results.labels_of(reader)
    content = [(each.slice_index, each.label, digest(each.mask)) for each in regions]
    numbers = numbers_of(series, origin.study, "rtstruct", reader, content)
    made = _empty(origin, numbers, maker(results))
    made.StructureSetLabel = codes.cut(reader, LONGEST_LABEL)
    made.StructureSetName = codes.cut(f"Regions of {reader}", codes.LONGEST_MEANING)
    drawn = max(region.drawn for region in regions).astimezone(UTC)
    made.StructureSetDate, made.StructureSetTime = f"{drawn:%Y%m%d}", f"{drawn:%H%M%S}"
    made.ReferencedFrameOfReferenceSequence = [_frame_of_reference(origin, regions)]
    made.StructureSetROISequence = [
        _structure(number, label, origin) for number, label in enumerate(labels, start=1)
    ]
    made.ROIContourSequence = [
        _contours(number, [each for each in regions if each.label == label], parcel)
        for number, label in enumerate(labels, start=1)
    ]
    made.RTROIObservationsSequence = [
        _observation(number, label) for number, label in enumerate(labels, start=1)
    ]
    return finish(made, f"Regions of {reader}", origin)


def _empty(origin: Origin, numbers: Mapping[str, Any], says: Mapping[str, Any]) -> Dataset:
    """Return a structure set that holds nothing yet."""
    made, now = patient_and_study(origin), datetime.now(UTC)
    made.SOPClassUID, made.SOPInstanceUID = RTStructureSetStorage, numbers["sop_instance_uid"]
    made.InstanceCreationDate, made.InstanceCreationTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    made.Modality, made.SeriesInstanceUID = "RTSTRUCT", numbers["series_instance_uid"]
    made.SeriesNumber, made.InstanceNumber = numbers["series_number"], numbers["instance_number"]
    made.OperatorsName = None
    made.Manufacturer = says["manufacturer"]
    made.ManufacturerModelName = says["manufacturer_model_name"]
    made.SoftwareVersions = says["software_versions"]
    made.FrameOfReferenceUID, made.PositionReferenceIndicator = origin.frame_of_reference, None
    made.ApprovalStatus = "UNAPPROVED"
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = RTStructureSetStorage
    made.file_meta.MediaStorageSOPInstanceUID = UID(str(numbers["sop_instance_uid"]))
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def _frame_of_reference(origin: Origin, regions: Sequence[Region]) -> Dataset:
    """Return the images in whose space the contours lie."""
    series = Dataset()
    series.SeriesInstanceUID = origin.series
    indices = sorted({region.slice_index for region in regions})
    series.ContourImageSequence = [_reference(origin.images[index]) for index in indices]
    study = Dataset()
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = STUDY_COMPONENT, origin.study
    study.RTReferencedSeriesSequence = [series]
    frame = Dataset()
    frame.FrameOfReferenceUID = origin.frame_of_reference
    frame.RTReferencedStudySequence = [study]
    return frame


def _reference(image: SourceImage) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = image.sop_class
    reference.ReferencedSOPInstanceUID = image.sop_instance
    if image.frame:
        reference.ReferencedFrameNumber = image.frame
    return reference


def _structure(number: int, label: str, origin: Origin) -> Dataset:
    structure = Dataset()
    structure.ROINumber = number
    structure.ReferencedFrameOfReferenceUID = origin.frame_of_reference
    structure.ROIName = codes.cut(label, codes.LONGEST_MEANING)
    structure.ROIGenerationAlgorithm = "MANUAL"
    return structure


def _contours(number: int, regions: Sequence[Region], parcel: Parcel) -> Dataset:
    contours = Dataset()
    contours.ReferencedROINumber = number
    contours.ROIDisplayColor = list(COLOURS[(number - 1) % len(COLOURS)])
    contours.ContourSequence = [
        _contour(polygon, region, parcel) for region in regions for polygon in outlines(region.mask)
    ]
    return contours


def _contour(
    polygon: np.ndarray[tuple[int, ...], np.dtype[np.float64]], region: Region, parcel: Parcel
) -> Dataset:
    places = _in_the_patient(polygon, parcel.results.case.slice(region.slice_index))
    contour = Dataset()
    contour.ContourImageSequence = [_reference(parcel.origin.images[region.slice_index])]
    contour.ContourGeometricType = "CLOSED_PLANAR"
    contour.NumberOfContourPoints = len(places)
    contour.ContourData = [decimal(length) for length in places.ravel().tolist()]
    return contour


def _in_the_patient(
    polygon: np.ndarray[tuple[int, ...], np.dtype[np.float64]], image: Slice
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return points (N, 2), as (column, row), in the patient's coordinates (N, 3)."""
    down, along = image.spacing_mm or (1.0, 1.0)
    axes = np.reshape(image.orientation or (1, 0, 0, 0, 1, 0), (2, 3)).astype(np.float64)
    places: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (
        np.array(image.position_mm or (0, 0, 0)) + (polygon * [along, down]) @ axes
    )
    return places


def _observation(number: int, label: str) -> Dataset:
    observation = Dataset()
    observation.ObservationNumber = observation.ReferencedROINumber = number
    observation.ROIObservationLabel = codes.cut(label, LONGEST_LABEL)
    observation.RTROIInterpretedType = None
    observation.ROIInterpreter = None
    return observation
