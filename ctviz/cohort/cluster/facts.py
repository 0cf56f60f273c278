"""What two machines must have in common to come to the same numbers."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ctviz.cohort.reproduce.environment import versions

SOURCE = "ctviz's code"


@cache
def facts() -> Mapping[str, str]:
    """Return the versions here, and a digest of ctviz's own code."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **versions(), SOURCE: _source()}


def difference(theirs: Mapping[str, str]) -> str:
    """Return what a worker has that differs, in words; empty if nothing does.

    >>> difference(facts())
    ''
    >>> difference({**facts(), "ctviz": "0.0.1"}).startswith("has ctviz 0.0.1 where this study")
    True
    """
    for name, here in facts().items():
        there = theirs.get(name, "")
        if there == here:
            continue
        if name == SOURCE:
            return "has another state of ctviz's code under the same version"
        return f"has {name} {there or 'nowhere'} where this study has {here or 'none'}"
    return ""


def _source() -> str:
    home = Path(__file__).resolve().parents[2]
    found = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        found.update(path.relative_to(home).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
