"""Metrics: how well a map agrees with a Region and with the model, and how it is spread; no torch.

A new file in this package is a new metric; other packages add theirs by the entry-point group
``ctviz.metrics``.
"""

from ctviz.metrics.against_model import Classify, Curves, FidelityMetric
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import METRICS, Metric
from ctviz.metrics.of_map import MapMetric

__all__ = [
    "METRICS",
    "AgreementMetric",
    "Classify",
    "Curves",
    "FidelityMetric",
    "MapMetric",
    "Metric",
]
