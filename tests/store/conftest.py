from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ctviz.core import Mask, Region
from ctviz.store import CaseEntry, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ctviz.db"


@pytest.fixture
def entry() -> CaseEntry:
    return CaseEntry(
        id="C-00000001",
        patient="P-00000001",
        title="Chest 1",
        slices=3,
        shape=(16, 24),
        spacing_mm=(0.7, 0.8),
        truth="with contrast",
        notes=("The slice gaps are uneven.",),
    )


@pytest.fixture
def store(path: Path, entry: CaseEntry) -> Iterator[Store]:
    store = Store(path)
    store.add_case(entry)
    yield store
    store.close()


@pytest.fixture
def mask() -> Mask:
    mask = np.zeros((16, 24), np.bool_)
    mask[4:9, 6:13] = True
    return mask


@pytest.fixture
def region(entry: CaseEntry, mask: Mask) -> Region:
    return Region(entry.id, 1, "AB", "heart", mask)
