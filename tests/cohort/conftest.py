from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, run_study
from ctviz.core import Region, Settings
from ctviz.io import write_series
from tests.backend.small_model import MODEL, write_model

SIDE, SLICES, PATIENTS = 48, 2, 3


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder)
    return folder


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three patients of two slices with a bright disc, every second with contrast agent."""
    folder = tmp_path_factory.mktemp("scans")
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for number in range(PATIENTS):
        disc = (rows - 20 - number) ** 2 + (columns - 28) ** 2 < 64
        noise = np.random.default_rng(number).normal(0, 15, (SLICES, SIDE, SIDE))
        write_series(
            folder / f"series-{number}",
            np.where(disc, 250.0, 40.0) + noise,
            spacing_mm=(0.8, 0.8),
            slice_spacing_mm=5.0,
            contrast=number % 2 == 1,
            uid_entropy=f"cohort {number}",
            title=f"Disc {number}",
        )
    return folder


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, shelf: Path, scans: Path) -> Settings:
    """A data folder with the three cases; a reader drew the disc on all but the last patient."""
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(folder / "data", shelf, folder / "cache", device="cpu")
    backend = Backend(settings)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    imported = backend.import_path(scans).result(60)
    for entry in [backend.store.case(case_id) for case_id in sorted(imported.cases)]:
        number = int(entry.title.split()[-1])
        if number < PATIENTS - 1:
            mask = (rows - 20 - number) ** 2 + (columns - 28) ** 2 < 64
            for index in range(SLICES):
                backend.store.append_region(Region(entry.id, index, "anna", "disc", mask))
    backend.close()
    return settings


@pytest.fixture
def backend(settings: Settings) -> Iterator[Backend]:
    backend = Backend(settings, steady=True)
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def plan() -> CohortStudy:
    return CohortStudy(
        name="small",
        cohort="all",
        model=MODEL,
        estimators={"gradient": {}, "smoothgrad-squared": {"samples": 2}},
        metrics={
            "fidelity": {"step": 0.125},
            "fidelity@fill=blur": {"step": 0.25, "fill": "blur"},
            "auroc": {},
            "dice": {},
            "entropy": {},
        },
        draws=20,
    )


@pytest.fixture(scope="session")
def finished(
    settings: Settings, plan: CohortStudy, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("study")
    backend = Backend(settings, steady=True)
    assert run_study(backend, plan, folder, workers=0) == ()
    backend.close()
    return folder
