"""Studies of whole cohorts: what is compared, its scores, and which estimators stand where."""

from ctviz.cohort.analysing import analyse
from ctviz.cohort.cohort import COHORTS, Unit, cohort_title, units_of
from ctviz.cohort.curves import CurveTable
from ctviz.cohort.findings import Findings, load_findings, save_findings
from ctviz.cohort.plan import CohortStudy, read_plan
from ctviz.cohort.run import Failure, cores, default_folder, failures_of, run_study
from ctviz.cohort.runs import Run, cancel, look, start, studies
from ctviz.cohort.state import Stage, State
from ctviz.cohort.table import ScoreTable
from ctviz.cohort.verify import Verification, verify

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
    "default_folder",
    "failures_of",
    "load_findings",
    "look",
    "read_plan",
    "run_study",
    "save_findings",
    "start",
    "studies",
    "units_of",
    "verify",
]
