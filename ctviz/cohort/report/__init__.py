"""What a study found, as charts and as a report."""

from ctviz.cohort.report.charts import charts

__all__ = ["charts"]
