"""Everything that can be checked in about a minute: `python -m tests.quick`.

It stops at the first thing that is wrong. The whole suite is `python -m pytest`.
"""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
QUICK = (
    "tests/core",
    "tests/regions",
    "tests/store/test_runlength.py",
    "tests/store/test_changes.py",
    "tests/metrics/test_ranks.py",
    "tests/metrics/test_overlap.py",
    "tests/io/test_mask_forms.py",
    "tests/test_house_book.py",
    "tests/test_docstrings.py",
    "tests/test_contributing.py",
    "tests/test_readme.py",
)
"""Tests of the parts on which everything else stands, a few seconds each."""


def checks() -> dict[str, list[str]]:
    """Return the commands by what they check."""
    beside = Path(sys.executable).parent
    return {
        "style": [str(beside / "ruff"), "check", "."],
        "format": [str(beside / "ruff"), "format", "--check", "."],
        "layers": [str(beside / "lint-imports")],
        "types": [str(beside / "mypy")],
        "docstrings and quick tests": [sys.executable, "-m", "pytest", "-q", *QUICK],
    }


def main() -> int:
    """Run the checks one after the other; return the exit code of the first that fails."""
    for name, command in checks().items():
        done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
        sys.stdout.write(f"{name}: {'good' if done.returncode == 0 else 'see below'}\n")
        if done.returncode:
            sys.stdout.write(done.stdout + done.stderr)
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
