"""A scan in a folder, and a fake server that has it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from ctviz.io import write_series
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


@pytest.fixture
def web(scan: Path) -> Iterator[FakeWeb]:
    with fake_web(scan) as server:
        yield server
