"""A case's slices as the DICOM images that objects refer to: headers, and pixels where asked."""

from collections.abc import Sequence

import numpy as np
from highdicom import PixelMeasuresSequence
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from ctviz.core import Case
from ctviz.core.stack import NoStack, stack_of
from ctviz.io.dicom.write import decimal
from ctviz.io.out.frames import stand_in
from ctviz.io.out.origin import OPTIONAL, REQUIRED, Origin
from ctviz.io.volume import Pixels, Plane, as_volume

UNKNOWN_THICKNESS_MM = 1.0


def headers(case: Case, origin: Origin, indices: Sequence[int]) -> list[Dataset]:
    """Return the header of each of these slices, as a file of one image would have it."""
    volume = as_volume(case.slices)
    return [_header(case, origin, index, volume.planes[index]) for index in indices]


def patient_and_study(origin: Origin) -> Dataset:
    """Return what all objects of one study have in common."""
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 192"
    for keyword in REQUIRED:
        setattr(header, keyword, origin.attributes.get(keyword) or None)
    for keyword in OPTIONAL:
        if origin.attributes.get(keyword):
            setattr(header, keyword, origin.attributes[keyword])
    header.StudyInstanceUID = origin.study
    return header


def pixel_measures(case: Case) -> PixelMeasuresSequence:
    """Return the size of a voxel; a slice is as thick as it is far from the next if it is silent.

    A slice alone that says nothing is called 1 mm thick, as in our NIfTI.
    """
    thickness = thickness_mm(case) or UNKNOWN_THICKNESS_MM
    return PixelMeasuresSequence(
        pixel_spacing=as_volume(case.slices).planes[0].spacing_mm or (1.0, 1.0),
        slice_thickness=thickness,
        spacing_between_slices=gap_mm(case) or thickness,
    )


def thickness_mm(case: Case) -> float | None:
    """Return how thick a slice is, by its header or else by the gap to the next one."""
    return case.acquisition.thickness_mm or gap_mm(case)


def gap_mm(case: Case) -> float | None:
    """Return how far slices lie apart; None where that is unknown."""
    try:
        depths = stack_of(as_volume(case.slices).planes, case.slices[0].shape).depths_mm
    except NoStack:
        return None
    return float(np.median(np.diff(depths))) or None


def add_pixels(header: Dataset, pixels: Pixels) -> None:
    """Put a slice's numbers (H, W) into its header: exact if whole, else to a 65,535th of them."""
    signed = pixels.dtype == np.int16
    low, high = float(pixels.min()), float(pixels.max())
    slope, intercept = (1.0, 0.0) if signed else ((high - low) / 65535 or 1.0, low)
    stored = pixels if signed else np.rint((pixels - intercept) / slope).astype(np.uint16)
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated, header.BitsStored, header.HighBit = 16, 16, 15
    header.PixelRepresentation = int(signed)
    header.RescaleIntercept, header.RescaleSlope = f"{intercept:.10g}", f"{slope:.10g}"
    header.PixelData = np.ascontiguousarray(stored).astype(stored.dtype.newbyteorder("<")).tobytes()
    header["PixelData"].VR = "OW"


def _header(case: Case, origin: Origin, index: int, plane: Plane) -> Dataset:
    image, header = stand_in(origin.images[index]), patient_and_study(origin)
    header.SOPClassUID, header.SOPInstanceUID = image.sop_class, image.sop_instance
    header.SeriesInstanceUID = origin.series
    header.FrameOfReferenceUID = origin.frame_of_reference
    header.PositionReferenceIndicator = None
    header.Modality = "CT"
    header.SeriesNumber, header.InstanceNumber = 1, index + 1
    header.Rows, header.Columns = case.slices[index].shape
    if plane.spacing_mm and plane.orientation and plane.position_mm is not None:
        header.PixelSpacing = [decimal(x) for x in plane.spacing_mm]
        header.ImageOrientationPatient = [decimal(x) for x in plane.orientation]
        header.ImagePositionPatient = [decimal(x) for x in plane.position_mm]
    thickness = thickness_mm(case)
    header.SliceThickness = None if thickness is None else decimal(thickness)
    header.ensure_file_meta()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return header
