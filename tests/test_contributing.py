"""CONTRIBUTING.md's examples work: each is written to a file, registered, used and forgotten."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ctviz.estimators import ESTIMATORS
from ctviz.io.masks.form import MASK_FORMS
from ctviz.metrics import METRICS
from ctviz.models.architectures import ARCHITECTURES
from ctviz.ui import service

PROJECT = Path(__file__).resolve().parents[1]
GUIDE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTIONS = {
    title: blocks
    for title, _, body in (section.partition("\n") for section in GUIDE.split("\n## "))
    if (blocks := re.findall(r"^```python\n(.*?)^```", body, re.M | re.S))
}
REGISTRIES = ESTIMATORS, METRICS, ARCHITECTURES, MASK_FORMS
NAMES = {
    "An estimator": (ESTIMATORS, "bright-gradient"),
    "A metric": (METRICS, "mean-difference"),
    "An architecture": (ARCHITECTURES, "tiny"),
    "A mask form": (MASK_FORMS, "plain-pbm"),
}
every_example = pytest.mark.parametrize("title", SECTIONS)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder, whatever is registered meanwhile being forgotten afterwards."""
    for registry in REGISTRIES:
        monkeypatch.setattr(registry, "_members", {name: registry[name] for name in registry})
    monkeypatch.setenv("CTVIZ_DATA", str(tmp_path))
    service.close()
    yield tmp_path
    service.close()
    sys.modules.pop("page", None)


@every_example
def test_an_example_does_what_is_said_of_it(title, folder):
    example, check = SECTIONS[title]
    file = folder / "page.py"
    file.write_text(example)
    names = {"folder": folder}
    if title != "A page":
        spec = importlib.util.spec_from_file_location("page", file)
        # Dataclasses look their module up.
        sys.modules["page"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        registry, name = NAMES[title]
        assert name in registry
        names |= vars(module)
    exec(check, names)  # noqa: S102 - it is our own text


@every_example
def test_an_example_is_written_in_our_style(title):
    place = "pages" if title == "A page" else "ctviz/core"
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "-"]
    done = subprocess.run(
        [*command, "--stdin-filename", str(PROJECT / place / "example.py")],
        input=SECTIONS[title][0],
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stdout


def test_there_is_an_example_for_all_that_can_be_added():
    assert set(SECTIONS) == {*NAMES, "A page"}


def test_nothing_is_left_registered():
    assert all(name not in registry for registry, name in NAMES.values())
