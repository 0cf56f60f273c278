"""The layers, the style and the types are what DESIGN and pyproject.toml say."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = [PROJECT / "app.py", *sorted((PROJECT / "ctviz").rglob("*.py"))]


SCRIPTS = sorted(path for room in ("docs", "benchmarks") for path in (PROJECT / room).glob("*.py"))


@pytest.mark.parametrize(
    "command",
    [
        ["lint-imports", "--no-cache"],
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy", "--cache-dir", "/dev/null"],
    ],
    ids=lambda command: command[0] + ("-format" if "format" in command else ""),
)
def test_the_linters_have_nothing_to_say(command):
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_what_a_script_imports_is_there(path):
    if path.stem == "reference":
        pytest.importorskip("griffe", reason="It needs the extra `docs`.")
    import_module(f"{path.parent.name}.{path.stem}")


CHECKPOINTS = PROJECT / "ctviz" / "models" / "intake" / "unpacking.py"
"""Reads them in a process of its own, by what builds tensors and nothing else."""


def test_no_code_can_load_a_pickle():
    forbidden = re.compile(
        r"(?<!safetensors\.)torch\.load|pickle\.load|allow_pickle=True|joblib|torch\.export\.load"
    )
    assert [path for path in PYTHON if forbidden.search(path.read_text())] == [CHECKPOINTS]
    assert not re.search(r"pickle\.load|allow_pickle|joblib", CHECKPOINTS.read_text())
    loads = re.findall(r"(?<!safetensors\.)torch\.load\([^)]*\)", CHECKPOINTS.read_text())
    assert [load for load in loads if "weights_only=True" not in load] == []


def test_only_settings_read_the_environment():
    readers = [p for p in PYTHON if "os.environ" in p.read_text() or "getenv" in p.read_text()]
    assert readers == [PROJECT / "ctviz" / "core" / "settings.py"]


def test_every_requirement_is_pinned():
    lines = (PROJECT / "requirements.txt").read_text().split()
    assert all("==" in line for line in lines)
    assert "torch==2.13.0" in lines


def test_pins_lie_in_the_ranges_that_are_stated():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    ranges = {each.name: each.specifier for each in map(Requirement, project["dependencies"])}
    pins = dict(
        line.split("==") for line in (PROJECT / "requirements.txt").read_text().splitlines()
    )
    assert ranges.keys() == pins.keys()
    for name, specifier in ranges.items():
        assert {each.operator for each in specifier} == {">=", "<"}, name
        assert pins[name] in specifier, name


@pytest.mark.parametrize("name", ["README.md", ".ci/run", "CONTRIBUTING.md", "Dockerfile"])
def test_commands_install_the_pinned_versions(name):
    lines = (PROJECT / name).read_text(encoding="utf-8").replace(" \\\n", " ").splitlines()
    installs = [line for line in lines if re.search(r"pip install .*-e ", line)]
    assert installs
    assert all("-r requirements.txt" in line or "--no-deps" in line for line in installs)


def test_version_is_in_the_changelog():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (PROJECT / "CHANGELOG.md").read_text()


def test_each_class_has_a_name_of_its_own():
    """Also beside private ones: `_Region` and `Region` would be taken for one another."""
    places: dict[str, list[str]] = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                place = f"{path.relative_to(PROJECT)}:{node.lineno}"
                places.setdefault(node.name.lstrip("_"), []).append(place)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
