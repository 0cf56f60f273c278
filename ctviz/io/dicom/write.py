"""DICOM series of our own: anonymous, valid, and the same for the same input."""

from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from ctviz.core import InvalidInput
from ctviz.io.dicom import vocabulary

INTERCEPT = -1024
STACK_NDIM = 3


def write_series(  # noqa: PLR0913 - a series is that many facts
    folder: Path,
    hounsfield: NDArray[np.generic],
    *,
    spacing_mm: tuple[float, float],
    slice_spacing_mm: float,
    contrast: bool,
    uid_entropy: str,
    title: str,
) -> None:
    """Write an axial CT series, one file per slice.

    Parameters
    ----------
    hounsfield
        (S, H, W), the slice nearest to the head first; rounded to whole Hounsfield units.
    spacing_mm
        Distance of neighbouring pixels, (down a column, along a row).
    slice_spacing_mm
        Distance of neighbouring slices.
    contrast
        Whether iodine was given; written as the contrast agent.
    uid_entropy
        Text that tells this series from all others; its UIDs and its patient follow from it.
    title
        The series' description, at most 64 characters.
    """
    stack = np.asarray(hounsfield)
    if stack.ndim != STACK_NDIM or 0 in stack.shape:
        raise InvalidInput(f"A series needs slices, rows and columns, not {stack.shape}.")
    stored = np.clip(np.rint(stack) - INTERCEPT, 0, np.iinfo(np.uint16).max).astype("<u2")
    folder.mkdir(parents=True, exist_ok=True)
    series = _series(uid_entropy, title, contrast=contrast)
    series.PixelSpacing = [decimal(length) for length in spacing_mm]
    series.SliceThickness = series.SpacingBetweenSlices = decimal(slice_spacing_mm)
    for index, image in enumerate(stored):
        height_mm = (len(stored) - 1 - index) * slice_spacing_mm
        _add_image(series, image, index, height_mm)
        uid = _uid(uid_entropy, "image", str(index))
        series.SOPInstanceUID = uid
        series.file_meta = _file_meta(uid)
        dcmwrite(folder / f"{index + 1:04d}.dcm", series, enforce_file_format=True)


def _series(entropy: str, title: str, *, contrast: bool) -> Dataset:
    """Return what the images of one series have in common."""
    series = Dataset()
    series.SOPClassUID = CTImageStorage
    series.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    series.Modality = "CT"
    series.Manufacturer = "ctviz"
    series.SpecificCharacterSet = "ISO_IR 192"
    code = uuid5(NAMESPACE_URL, entropy).hex[:12].upper()
    series.PatientName, series.PatientID = f"Phantom^{code}", f"PHANTOM-{code}"
    series.PatientIdentityRemoved = "YES"
    series.DeidentificationMethod = "Made by a computer"
    for keyword in (
        "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
        "ReferringPhysicianName", "PositionReferenceIndicator", "AcquisitionNumber", "Laterality",
        "PatientPosition",
    ):  # fmt: skip
        setattr(series, keyword, None)
    series.StudyInstanceUID = _uid(entropy, "study")
    series.SeriesInstanceUID = _uid(entropy, "series")
    series.FrameOfReferenceUID = _uid(entropy, "frame of reference")
    series.SeriesNumber = 1
    series.SeriesDescription = title
    series.BodyPartExamined = "CHEST"
    series.PatientPosition = "HFS"
    series.KVP = "120"
    series.ContrastBolusAgent = "IODINE" if contrast else "NONE"
    return series


def _add_image(series: Dataset, stored: NDArray[np.uint16], index: int, height_mm: float) -> None:
    """Put one slice into the dataset."""
    rows, columns = stored.shape
    down, along = map(float, series.PixelSpacing)
    corner = (-(columns - 1) / 2 * along, -(rows - 1) / 2 * down, height_mm)
    series.InstanceNumber = index + 1
    series.ImagePositionPatient = [decimal(length) for length in corner]
    series.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    series.SamplesPerPixel, series.PhotometricInterpretation = 1, "MONOCHROME2"
    series.Rows, series.Columns = rows, columns
    series.BitsAllocated, series.BitsStored, series.HighBit = 16, 16, 15
    series.PixelRepresentation = 0
    series.RescaleIntercept, series.RescaleSlope, series.RescaleType = str(INTERCEPT), "1", "HU"
    series.WindowCenter, series.WindowWidth = "50", "350"
    series.PixelData = stored.tobytes()


def _file_meta(uid: UID) -> FileMetaDataset:
    """Return the file's own header."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(vocabulary.OURS)
    meta.ImplementationVersionName = "CTVIZ"
    return meta


def _uid(entropy: str, *role: str) -> UID:
    """Return the UID of a part of a series: a name-based UUID under 2.25 (ITU-T X.667)."""
    return UID(f"2.25.{uuid5(NAMESPACE_URL, '/'.join((entropy, *role))).int}")


def decimal(length: float) -> str:
    """Return a number as DICOM's decimal string of at most 16 characters."""
    return f"{length:.6g}" if abs(length) < 1e-4 else f"{round(length, 6):.10g}"
