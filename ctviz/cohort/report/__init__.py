"""What a study found, as charts and as a report."""

from ctviz.cohort.report.charts import charts
from ctviz.cohort.report.names import entrant_key, slice_key
from ctviz.cohort.report.writing import report, write_report

__all__ = ["charts", "entrant_key", "report", "slice_key", "write_report"]
