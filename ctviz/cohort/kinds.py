"""The kinds of studies: a plan's cohort says which it is, and so how it is read and run."""

from pathlib import Path

from ctviz.backend import Backend
from ctviz.cohort.plan import CohortStudy, plan_document, plan_text
from ctviz.cohort.run.running import Failure, run_study
from ctviz.cohort.run.worker_processes import Crew
from ctviz.cohort.truth.plan import COHORT, TruthStudy
from ctviz.cohort.truth.run import run_truth_study


def any_plan(text: str) -> CohortStudy:
    """Return the plan of a study of any kind: of scans, or of phantoms whose truth is known."""
    kind = TruthStudy if plan_document(text).get("cohort") == COHORT else CohortStudy
    return kind.from_toml(text)


def read_any_plan(path: Path) -> CohortStudy:
    """Read the plan of a study of any kind from its file."""
    return any_plan(plan_text(path))


def run_any(
    backend: Backend, study: CohortStudy, folder: Path, workers: int | Crew | None = None
) -> tuple[Failure, ...]:
    """Run a study of any kind, or go on with it, and return the slices that failed."""
    if isinstance(study, TruthStudy):
        return run_truth_study(backend, study, folder, workers=workers)
    return run_study(backend, study, folder, workers=workers)
