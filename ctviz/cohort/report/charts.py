"""Every chart of a study's findings, for its page and its report."""

from ctviz.cohort.analysis.findings import Findings
from ctviz.cohort.report.curve_charts import curve_charts
from ctviz.cohort.report.discrepancy_charts import discrepancy_charts
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.rank_charts import rank_charts
from ctviz.cohort.report.sensitivity_charts import sensitivity_charts
from ctviz.viz.charts import Chart


def charts(findings: Findings) -> dict[str, Chart]:
    """Return the charts that a study's findings allow, by name, in the order of a report.

    ``accuracy``, ``roc`` and ``dice``; ``cohort-fidelity`` and, for each metric, ``ranking KEY``,
    ``difference KEY``, ``frequencies KEY`` and ``pairs KEY``; ``discrepancy``, ``scatter KEY`` and
    ``disputed KEY``; ``sensitivity``, ``fills`` and ``group KIND KEY``.
    """
    names = Names.of(findings)
    kinds = (curve_charts, rank_charts, discrepancy_charts, sensitivity_charts)
    return {name: chart for kind in kinds for name, chart in kind(findings, names)}
