"""ARCHITECTURE.md tells what is there: its paths, its rooms, its layers."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
CODE = PROJECT / "ctviz"
DECISIONS = PROJECT / "docs" / "decisions"
BOOK = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```\n(.*?)^```", re.M | re.S)
NAMED = set(re.findall(r"`([^`\s]+)`", FENCED.sub("", BOOK)))


def test_every_path_exists():
    paths = {name for name in NAMED if "/" in name or name.endswith((".py", ".toml"))}
    links = set(re.findall(r"\]\((?!https?:)([^)#]+)\)", BOOK))
    assert len(paths) > 100
    missing = [
        name
        for name in paths | links
        if not (CODE / name).exists() and not (PROJECT / name).exists()
    ]
    assert not missing


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("*.md")), ids=lambda page: page.stem)
def test_a_decision_is_listed_and_speaks_of_what_is_there(page):
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"`(ctviz/[^`]+)`", text)
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    assert all((PROJECT / path).exists() for path in paths)
    assert all((DECISIONS / link).exists() for link in links)
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    assert page.name in listed or page.name == "README.md"


def test_every_room_is_named():
    files = [path for ending in ("py", "js") for path in CODE.rglob(f"*.{ending}")]
    rooms = {path.parent.relative_to(CODE).as_posix() for path in files} - {"."}
    assert not rooms - NAMED


def test_the_layers_are_drawn_as_the_import_lint_states_them():
    stated = re.search(r"layers = \[(.*?)\]", (PROJECT / "pyproject.toml").read_text(), re.S)[1]
    drawn = FENCED.search(BOOK)[1]
    depths = [
        [re.search(rf"\b{room}\b", drawn).start() for room in re.findall(r"ctviz\.(\w+)", layer)]
        for layer in re.findall(r'"(.*?)"', stated)
    ]
    assert all(max(above) < min(below) for above, below in pairwise(depths))
