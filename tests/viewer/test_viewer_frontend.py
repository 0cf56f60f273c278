"""The browser's modules are tested by node's own runner; its tests stand in ``frontend/``."""

import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).parent / "frontend").glob("*.test.mjs"))


@pytest.mark.parametrize("module", TESTS, ids=lambda path: path.name)
def test_modules_of_the_viewer_do_what_their_tests_say(module):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, so the viewer's JavaScript is not tested")
    run = subprocess.run(
        [node, "--test", str(module)], check=False, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stdout + run.stderr
