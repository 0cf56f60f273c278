"""DICOM files to order."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

SERIES = generate_uid(entropy_srcs=["series"])


def header(**elements) -> Dataset:
    """Return a CT header in Hounsfield units; an element given as None is left out."""
    dataset = Dataset()
    uid = generate_uid(entropy_srcs=[repr(sorted(elements.items(), key=lambda e: e[0]))])
    defaults = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": uid,
        "SeriesInstanceUID": SERIES,
        "Modality": "CT",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "PatientID": "one",
        "InstanceNumber": 1,
        "PixelSpacing": [0.75, 0.5],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [-10, -20, 30],
        "RescaleSlope": 1,
        "RescaleIntercept": -1024,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
    }
    for keyword, value in (defaults | elements).items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def write(path: Path, stored: np.ndarray, **elements) -> Path:
    """Write stored numbers, (H, W) or (N, H, W), 8 or 16 bits, signed or not, as a DICOM file."""
    dataset = header(**elements)
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    if stored.ndim == 3:
        dataset.NumberOfFrames = len(stored)
    bits = 8 * stored.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored = bits, elements.get("BitsStored", bits)
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.PixelData = stored.tobytes() + b"\0" * (stored.nbytes % 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    dcmwrite(path, dataset, enforce_file_format=True)
    return path


@pytest.fixture
def dicom():
    """The function that writes a DICOM file."""
    return write


@pytest.fixture
def dicom_header():
    """The function that makes a DICOM header."""
    return header


@pytest.fixture
def stored():
    """(4, 6) uint16, every number another one."""
    return np.arange(1000, 1024, dtype=np.uint16).reshape(4, 6)
