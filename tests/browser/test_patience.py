"""How long tests wait is said once: what is slow on one machine must not be wrong on another."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import PATIENCE

FILES = sorted(Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_waited_for_more_briefly_than_usual(file):
    waits = re.findall(r"(?:timeout=|, )(\d+_000)\b", file.read_text(encoding="utf-8"))
    assert all(int(wait) >= PATIENCE for wait in waits), waits
