from pathlib import Path

import numpy as np
import pytest

from ctviz.cli import main
from ctviz.io import write_series
from tests.backend.small_model import write_model


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder)
    return folder


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three slices of 48 × 48 with a bright disc, as DICOM."""
    folder = tmp_path_factory.mktemp("scans") / "series"
    rows, columns = np.mgrid[:48, :48]
    disc = np.where((rows - 20) ** 2 + (columns - 28) ** 2 < 64, 250.0, 40.0)
    noise = np.random.default_rng(0).normal(0, 15, (3, 48, 48))
    write_series(
        folder,
        disc + noise,
        spacing_mm=(0.8, 0.8),
        slice_spacing_mm=5.0,
        contrast=True,
        uid_entropy="command line",
        title="Disc",
    )
    return folder


@pytest.fixture
def environment(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CTVIZ_MODELS", str(shelf))
    monkeypatch.delenv("CTVIZ_CACHE", raising=False)
    monkeypatch.setenv("CTVIZ_DEVICE", "cpu")
    return tmp_path


class Run:
    """What a command wrote, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def ctviz(environment: Path, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: object) -> Run:
        code = main([str(argument) for argument in arguments])
        return Run(code, *capsys.readouterr())

    return run
