import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ctviz.backend import Backend, Demo
from ctviz.ui import service
from tests.backend.small_model import write_model

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts the app in place of the main program, which new processes would then start."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """The app's own backend on an empty data folder, with a small untrained model."""
    monkeypatch.setenv("CTVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("CTVIZ_CACHE", raising=False)
    write_model(tmp_path / "models")
    service.close()
    yield service.backend()
    service.close()


@pytest.fixture
def two_phantoms(backend: Backend, tmp_path: Path) -> tuple[str, ...]:
    """Two small phantoms with their known region."""
    demo = Demo(tmp_path / "data" / "demo", patients=2, slices=3, size=96)
    return backend.import_demo(demo).result(60).cases


@pytest.fixture
def app(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    # AppTest's browser sends a mock in place of cookies.
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: {}))
    return AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
