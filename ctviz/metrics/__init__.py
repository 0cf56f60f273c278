"""Metrics: how well an importance map agrees with a Region, and with the model; no torch.

A new file in this package is a new metric; other packages add theirs by the entry-point group
``ctviz.metrics``.
"""

from ctviz.metrics.against_model import Classify, Curves, FidelityMetric
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import METRICS, Metric

__all__ = ["METRICS", "AgreementMetric", "Classify", "Curves", "FidelityMetric", "Metric"]
