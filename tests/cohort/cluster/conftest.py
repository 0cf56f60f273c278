"""A study that runs while a test kills what computes it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ctviz.backend import Backend
from ctviz.cohort.kinds import run_any
from ctviz.core import Settings
from tests.cohort.cluster.local_cluster import until
from tests.cohort.run.test_running import units_in


@dataclass(frozen=True)
class RunningStudy:
    """A study that runs while a test does other things."""

    folder: Path
    outcome: Any

    def until_done(self, slices: int) -> None:
        self.until(lambda: len(units_in(self.folder)) >= slices, "slices are done")

    def until(self, holds, what: str) -> None:
        """Wait until something holds, while the study runs."""
        until(lambda: holds() or self.outcome.done(), what)
        assert not self.outcome.done(), self.outcome.result()

    def failures(self):
        return self.outcome.result(120)


@pytest.fixture
def fresh_backend(settings: Settings, tmp_path: Path):
    """The same cases with an empty cache."""
    backend = Backend(replace(settings, cache=tmp_path / "cache"), steady=True)
    yield backend
    backend.close()


@pytest.fixture
def running():
    """Starts a study on a thread, and sees it end."""
    with ThreadPoolExecutor(1) as threads:

        def start(backend, plan, folder, crew) -> RunningStudy:
            return RunningStudy(
                folder, threads.submit(run_any, backend, plan, folder, workers=crew)
            )

        yield start
