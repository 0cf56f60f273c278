"""Studies of whole cohorts: what is compared, its scores, and which estimators stand where."""

from ctviz.cohort.analysis.analyse import analyse
from ctviz.cohort.analysis.findings import Findings, load_findings, save_findings
from ctviz.cohort.controls import entrants_of
from ctviz.cohort.plan import CohortStudy, read_plan
from ctviz.cohort.reproduce.verify import Verification, verify
from ctviz.cohort.run.background import Run, cancel, look, start, studies
from ctviz.cohort.run.running import (
    Failure,
    cores,
    crew_named,
    default_folder,
    failures_of,
    register_study,
    run_study,
)
from ctviz.cohort.run.status import Stage, State
from ctviz.cohort.run.units import COHORTS, Unit, cohort_title, units_of
from ctviz.cohort.tables.curve_table import CurveTable
from ctviz.cohort.tables.score_table import ScoreTable

__all__ = [
    "COHORTS",
    "CohortStudy",
    "CurveTable",
    "Failure",
    "Findings",
    "Run",
    "ScoreTable",
    "Stage",
    "State",
    "Unit",
    "Verification",
    "analyse",
    "cancel",
    "cohort_title",
    "cores",
    "crew_named",
    "default_folder",
    "entrants_of",
    "failures_of",
    "load_findings",
    "look",
    "read_plan",
    "register_study",
    "run_study",
    "save_findings",
    "start",
    "studies",
    "units_of",
    "verify",
]
