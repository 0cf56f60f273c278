"""What several test folders need: the real data, a Chromium, and tests that do not wait in vain."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import torch
from filelock import FileLock

from tests.orthanc import Orthanc, running

PROJECT = Path(__file__).resolve().parents[1]
REAL_DATA = PROJECT.parent / "shared" / "data"

# A test that takes long on a busy machine is no wrong one.
hypothesis.settings.register_profile("ctviz", deadline=None)
hypothesis.settings.load_profile("ctviz")

if "OMP_NUM_THREADS" not in os.environ:
    # On networks as small as these, threads do little but wait for one another: up to five times as
    # long. Studies that tests start choose for themselves.
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real CT, or a skip that names what is missing."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real CT of ../shared/data is not beside this checkout")
    return REAL_DATA


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """A running Orthanc, installed from Debian's packages where that is possible."""
    with running(tmp_path_factory.mktemp("orthanc"), "ORTHANC") as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium, installed from Debian's packages where that is possible."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        # Tests run two at a time, and Debian's packages bear one that installs.
        with FileLock(Path(tempfile.gettempdir()) / "ctviz-tests-chromium.lock"):
            for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
                if shutil.which("chromium") is None:
                    subprocess.run(command, check=False, capture_output=True)
        found = shutil.which("chromium")
    if found is None:
        pytest.skip("no Chromium here, and it cannot be installed from Debian's packages")
    return found
