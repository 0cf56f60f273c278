"""What a study found, as charts and as a report."""

from ctviz.cohort.report.charts import charts
from ctviz.cohort.report.writing import report, write_report

__all__ = ["charts", "report", "write_report"]
