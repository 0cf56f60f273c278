"""What a study found, as charts and as a report."""

from ctviz.cohort.report.charts import charts
from ctviz.cohort.report.names import entrant_key, slice_key
from ctviz.cohort.report.writing import REPORT, report, write_report

__all__ = ["REPORT", "charts", "entrant_key", "report", "slice_key", "write_report"]
