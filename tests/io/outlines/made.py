"""A small scan, and outlines of it in every form, written here."""

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from ctviz.core import Case, Slice
from ctviz.core.acquisition import Acquisition
from ctviz.io.identity import pseudonym, source_code

KEY = b"key"
SHAPE = (12, 16)
SPACING = (2.0, 1.5)
SPACE = generate_uid(entropy_srcs=["space"])
PATIENT = "patient one"
UIDS = [generate_uid(entropy_srcs=[f"image {z}"]) for z in range(5)]
POSITIONS = [(-10.0, -20.0, 50.0 - 5 * z) for z in range(5)]
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

SEG, LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"


def case(**changed) -> Case:
    """Return a scan of five slices, 5 mm apart, from head to foot."""
    rng = np.random.default_rng(1)
    slices = [
        Slice(rng.integers(-1000, 1000, SHAPE).astype(np.float32), SPACING, AXIAL, position)
        for position in POSITIONS
    ]
    known = {
        "patient": pseudonym(PATIENT, KEY),
        "acquisition": Acquisition(space=pseudonym(SPACE, KEY, "F")),
        "sources": tuple(source_code(uid, None, KEY) for uid in UIDS),
    }
    return Case(id="C-0123abcd", slices=slices, **(known | changed))


def masks(*slices: int, seed: int = 0) -> dict[int, np.ndarray]:
    """Return a mask for each of some slices."""
    rng = np.random.default_rng(seed)
    return {index: rng.random(SHAPE) > 0.6 for index in slices}


def _object(sop_class: str, modality: str, **elements) -> Dataset:
    dataset = Dataset()
    elements = {
        "SOPClassUID": sop_class,
        "SOPInstanceUID": generate_uid(entropy_srcs=[modality]),
        "SeriesInstanceUID": generate_uid(entropy_srcs=["series", modality]),
        "Modality": modality,
        "PatientID": PATIENT,
        "PatientName": "Miller^Anna",
    } | elements
    for keyword, value in elements.items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def _item(**elements) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def frame(number: int | None, slice_index: int, *, source: bool = True, **place) -> Dataset:
    """Return the functional groups of one frame."""
    groups = Dataset()
    if number is not None:
        groups.SegmentIdentificationSequence = Sequence([_item(ReferencedSegmentNumber=number)])
    position = list(POSITIONS[slice_index])
    groups.PlanePositionSequence = Sequence(
        [_item(ImagePositionPatient=place.get("position", position))]
    )
    if source:
        image = _item(
            ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2",
            ReferencedSOPInstanceUID=UIDS[slice_index],
        )
        groups.DerivationImageSequence = Sequence([_item(SourceImageSequence=Sequence([image]))])
    return groups


def seg(
    path: Path,
    pixels: np.ndarray,
    frames: list[Dataset],
    labels: dict[int, str],
    kind: str = "BINARY",
    **elements,
) -> Path:
    """Write a segmentation of frames (N, H, W)."""
    sop_class = LABEL_MAP if kind == "LABELMAP" else SEG
    dataset = _object(sop_class, "SEG", **({"FrameOfReferenceUID": SPACE} | elements))
    dataset.SegmentationType = kind
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.PixelRepresentation = 0
    bits = 1 if kind == "BINARY" else 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    if kind == "FRACTIONAL":
        dataset.MaximumFractionalValue, dataset.SegmentationFractionalType = 200, "PROBABILITY"
    dataset.SegmentSequence = Sequence(
        [_item(SegmentNumber=n, SegmentLabel=label) for n, label in labels.items()]
    )
    shared = Dataset()
    spacing = elements.get("spacing", list(SPACING))
    shared.PixelMeasuresSequence = Sequence([_item(PixelSpacing=spacing, SliceThickness=5)])
    shared.PlaneOrientationSequence = Sequence([_item(ImageOrientationPatient=list(AXIAL))])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    content = (
        np.packbits(pixels.astype(bool).ravel(), bitorder="little").tobytes()
        if kind == "BINARY"
        else pixels.astype(np.uint8).tobytes()
    )
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OB"
    dcmwrite(path, dataset, enforce_file_format=True)
    return path


def in_mm(ring: list[tuple[float, float]], slice_index: int, z: float = 0.0) -> list[float]:
    """Return (column, row) corners as DICOM's list of millimetres."""
    x, y, depth = POSITIONS[slice_index]
    return [
        number
        for column, row in ring
        for number in (x + column * SPACING[1], y + row * SPACING[0], depth + z)
    ]


def contour(data: list[float], kind: str = "CLOSED_PLANAR", uid: str | None = UIDS[0]) -> Dataset:
    """Return one contour."""
    item = _item(ContourGeometricType=kind, NumberOfContourPoints=len(data) // 3, ContourData=data)
    if uid:
        item.ContourImageSequence = Sequence([_item(ReferencedSOPInstanceUID=uid)])
    return item


def rtstruct(path: Path, structures: dict[str, list[Dataset]], **elements) -> Path:
    """Write a structure set."""
    space = elements.pop("space", SPACE)
    dataset = _object(RTSTRUCT, "RTSTRUCT", **elements)
    dataset.StructureSetROISequence = Sequence(
        [
            _item(ROINumber=n, ROIName=label, ReferencedFrameOfReferenceUID=space)
            for n, label in enumerate(structures, start=1)
        ]
    )
    dataset.ROIContourSequence = Sequence(
        [
            _item(ReferencedROINumber=n, ContourSequence=Sequence(contours))
            for n, contours in enumerate(structures.values(), start=1)
        ]
    )
    dcmwrite(path, dataset, enforce_file_format=True)
    return path


def affine() -> np.ndarray:
    """Return NIfTI's way from (column, row, slice) of the scan to the patient."""
    ras = np.eye(4)
    ras[:3, :3] = np.diag([-SPACING[1], -SPACING[0], -5.0])
    ras[:3, 3] = (10.0, 20.0, 50.0)
    return ras


def nifti(path: Path, labels: np.ndarray, way: np.ndarray | None = None) -> Path:
    """Write labels (S, H, W)."""
    image = nib.Nifti1Image(np.transpose(labels, (2, 1, 0)), affine() if way is None else way)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    return path


def nrrd(path: Path, labels: np.ndarray, encoding: str = "gzip", more: str = "") -> Path:
    """Write labels (S, H, W) of 8 bits, or layers of them (L, S, H, W)."""
    layered = labels.ndim == 4
    sizes = " ".join(map(str, reversed(labels.shape[-3:])))
    steps = f"({SPACING[1]},0,0) (0,{SPACING[0]},0) (0,0,-5)"
    head = (
        "NRRD0004\n# made\ntype: uint8\n"
        f"dimension: {labels.ndim}\nspace: left-posterior-superior\n"
        f"sizes: {f'{len(labels)} ' if layered else ''}{sizes}\n"
        f"space directions: {'none ' if layered else ''}{steps}\n"
        f"encoding: {encoding}\nspace origin: (-10,-20,50)\n{more}\n"
    )
    stored = np.moveaxis(labels, 0, -1) if layered else labels
    content = np.ascontiguousarray(stored).astype(np.uint8).tobytes()
    path.write_bytes(head.encode() + (gzip.compress(content) if encoding == "gzip" else content))
    return path


def lidc(path: Path, sessions: list[str], head: str = "") -> Path:
    """Write a LIDC message of reading sessions."""
    inner = "".join(
        f"<readingSession><servicingRadiologistID>1</servicingRadiologistID>{session}"
        "</readingSession>"
        for session in sessions
    )
    path.write_text(
        f'<?xml version="1.0"?>{head}<LidcReadMessage xmlns="http://www.nih.gov">{inner}'
        "</LidcReadMessage>"
    )
    return path


def nodule(*rois: str, name: str = "1") -> str:
    """Return a nodule's element."""
    return f"<unblindedReadNodule><noduleID>{name}</noduleID>{''.join(rois)}</unblindedReadNodule>"


def roi(
    slice_index: int, ring: list[tuple[int, int]], *, inclusion: str = "TRUE", uid: str = ""
) -> str:
    """Return an outline of (column, row) pixels."""
    edge = "".join(f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in ring)
    return (
        f"<roi><imageZposition>{POSITIONS[slice_index][2]}</imageZposition>"
        f"<imageSOP_UID>{uid or UIDS[slice_index]}</imageSOP_UID>"
        f"<inclusion>{inclusion}</inclusion>{edge}</roi>"
    )


def scan(folder: Path) -> Path:
    """Write the scan of `case` as DICOM."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (uid, image) in enumerate(zip(UIDS, case().slices, strict=True), start=1):
        dataset = _object(
            "1.2.840.10008.5.1.4.1.1.2",
            "CT",
            SOPInstanceUID=uid,
            InstanceNumber=number,
            ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
            FrameOfReferenceUID=SPACE,
            PixelSpacing=list(SPACING),
            ImageOrientationPatient=list(AXIAL),
            ImagePositionPatient=list(image.position_mm),
            RescaleSlope=1,
            RescaleIntercept=-1024,
            SamplesPerPixel=1,
            PhotometricInterpretation="MONOCHROME2",
            Rows=SHAPE[0],
            Columns=SHAPE[1],
            BitsAllocated=16,
            BitsStored=16,
            HighBit=15,
            PixelRepresentation=0,
        )
        dataset.PixelData = (image.hounsfield + 1024).astype(np.uint16).tobytes()
        dataset["PixelData"].VR = "OW"
        dcmwrite(folder / f"{number}.dcm", dataset, enforce_file_format=True)
    return folder
