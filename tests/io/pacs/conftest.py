"""A scan in a folder, and a fake server that has it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from ctviz.io import write_series
from tests.io.outlines import made
from tests.io.pacs.fake_web import FakeWeb, fake_web


@pytest.fixture(scope="session")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve slices of a patient whose name must turn up nowhere."""
    folder = tmp_path_factory.mktemp("pacs") / "scan"
    rng = np.random.default_rng(5)
    write_series(
        folder,
        rng.normal(40, 20, (12, 32, 40)),
        spacing_mm=(0.8, 0.8),
        slice_spacing_mm=5.0,
        contrast=True,
        uid_entropy="pacs",
        title="Chest",
    )
    for path in folder.iterdir():
        header = pydicom.dcmread(path)
        header.SpecificCharacterSet = "ISO_IR 192"
        header.PatientName, header.PatientID = "Sturzmüller^Hannelore", "4711-0815"
        header.PatientBirthDate, header.StudyDate = "19480229", "20261127"
        header.save_as(path)
    return folder


STUDY = "1.2.826.0.1.4711"
SCAN = generate_uid(entropy_srcs=["series", "CT"])


@pytest.fixture(scope="session")
def outlined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of a scan (`made.scan`), a segmentation of it and a structure set of it."""
    folder = tmp_path_factory.mktemp("pacs") / "outlined"
    made.scan(folder / "scan")
    masks = made.masks(1, 2)
    frames = [made.frame(1, index) for index in masks]
    made.seg(folder / "seg.dcm", np.stack(list(masks.values())), frames, {1: "Liver"})
    ring = made.in_mm([(1.5, 1.5), (8.5, 1.5), (8.5, 7.5), (1.5, 7.5)], 1)
    made.rtstruct(folder / "rtstruct.dcm", {"GTV": [made.contour(ring, uid=made.UIDS[1])]})
    for path in folder.rglob("*.dcm"):
        header = pydicom.dcmread(path)
        header.StudyInstanceUID, header.StudyDate = STUDY, "20261127"
        if header.Modality == "SEG":
            header.ReferencedSeriesSequence = [pydicom.Dataset()]
            header.ReferencedSeriesSequence[0].SeriesInstanceUID = SCAN
        if header.Modality == "RTSTRUCT":
            series, study, space = pydicom.Dataset(), pydicom.Dataset(), pydicom.Dataset()
            series.SeriesInstanceUID = SCAN
            study.ReferencedSOPInstanceUID, study.RTReferencedSeriesSequence = STUDY, [series]
            space.FrameOfReferenceUID, space.RTReferencedStudySequence = made.SPACE, [study]
            header.ReferencedFrameOfReferenceSequence = [space]
        header.save_as(path)
    return folder


@pytest.fixture
def outlined_web(outlined: Path) -> Iterator[FakeWeb]:
    with fake_web(outlined) as server:
        yield server


@pytest.fixture
def web(scan: Path) -> Iterator[FakeWeb]:
    with fake_web(scan) as server:
        yield server
