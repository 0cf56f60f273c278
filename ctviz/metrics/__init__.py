"""Metrics: how well a map agrees with a Region and with the model, and how it behaves; no torch.

A new file in this package is a new metric; other packages add theirs by the entry-point group
``ctviz.metrics``.
"""

from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric
from ctviz.metrics.against_others import CorrectedMetric
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import GROUPS, METRICS, Group, Metric
from ctviz.metrics.evaluator import Evaluator
from ctviz.metrics.of_map import MapMetric
from ctviz.metrics.of_record import RecordMetric
from ctviz.metrics.presets import PRESETS, Preset

__all__ = [
    "GROUPS",
    "METRICS",
    "PRESETS",
    "Again",
    "AgreementMetric",
    "BehaviourMetric",
    "Classify",
    "CorrectedMetric",
    "Curves",
    "Evaluator",
    "FidelityMetric",
    "Group",
    "MapMetric",
    "Metric",
    "Preset",
    "RecordMetric",
]
