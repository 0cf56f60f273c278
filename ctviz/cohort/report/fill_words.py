"""How far a mean hangs on what replaces removed pixels, beside the mean."""

from ctviz.cohort.analysis.findings import Findings
from ctviz.cohort.report.numbers import figure
from ctviz.cohort.statistics import Standing
from ctviz.viz.documents import NOTHING


def over_fills(findings: Findings, metric: str, standing: Standing, digits: int = 2) -> str:
    """Return the range, ``0.10 to 0.30``, or a dash where no other fill was tried."""
    found = findings.over_fills(metric, standing.entrant)
    if found is None:
        return NOTHING
    return f"{figure(found.low, digits)} to {figure(found.high, digits)}"


def mentioned(findings: Findings, metric: str, standing: Standing) -> str:
    """Return the range for a sentence about the mean, empty where no other fill was tried."""
    words = over_fills(findings, metric, standing)
    return "" if words == NOTHING else f", {words} over fills"
