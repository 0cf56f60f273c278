"""The reference of the code is built from the docstrings without a warning."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def test_the_reference_has_a_page_for_every_module_and_no_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="MkDocs is not installed: pip install -e '.[docs]'")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env={"NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    modules = [path for path in (PROJECT / "ctviz").rglob("*.py") if path.stem != "__main__"]
    assert len(list((tmp_path / "reference").glob("*.html"))) == len(modules)
