"""The programs of others that judge DICOM objects; tests skip by name where one is missing."""

import shutil
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution

import pytest


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    path = _path(program)
    if path is None:
        pytest.skip(f"{program} is not installed (the test extra brings it).")
    return subprocess.run(
        [path, *map(str, arguments)], capture_output=True, text=True, errors="replace", check=False
    )


def _path(program: str) -> str | None:
    for package in ("dicom3tools", "dcmqi"):
        with suppress(PackageNotFoundError):
            for file in distribution(package).files or ():
                if file.name == program and file.parent.name == "bin":
                    return str(file.locate())
    return shutil.which(program)


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")]
