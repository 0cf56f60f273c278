from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.core import Mask, Settings, Slice
from tests.backend.small_model import MODEL, Watch, watched, write_model

SIDE = 48


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path, shelf: Path) -> Settings:
    return Settings(data=tmp_path / "data", models=shelf, cache=tmp_path / "cache", device="cpu")


@pytest.fixture
def backend(settings: Settings) -> Iterator[Backend]:
    backend = Backend(settings)
    yield backend
    backend.close()


@pytest.fixture
def image() -> Slice:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    body = np.where((rows - 24) ** 2 + (columns - 24) ** 2 < 20**2, 40.0, -1000.0)
    vessel = (rows - 20) ** 2 + (columns - 28) ** 2 < 5**2
    texture = np.random.default_rng(1).normal(0, 15, body.shape)
    return Slice((np.where(vessel, 250.0, body) + texture).astype(np.float32), (0.8, 0.8))


@pytest.fixture
def vessel() -> Mask:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return (rows - 20) ** 2 + (columns - 28) ** 2 < 5**2


@pytest.fixture
def watch(backend: Backend, image: Slice) -> Watch:
    """Counts the passes of a network whose conduct is known, for that is found out only once."""
    return watched(backend.classifier(MODEL), image)
