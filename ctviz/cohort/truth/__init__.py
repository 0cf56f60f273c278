"""Studies of phantoms: which estimators, and which metrics, agree with what is known to be true."""

from ctviz.cohort.truth.findings import TruthFindings, load_truth_findings
from ctviz.cohort.truth.plan import TruthStudy
from ctviz.cohort.truth.run import run_truth_study

__all__ = [
    "TruthFindings",
    "TruthStudy",
    "load_truth_findings",
    "run_truth_study",
]
