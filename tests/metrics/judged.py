"""Metrics that passed when they were judged, whatever the shipped figures say."""

from types import MappingProxyType

from ctviz.metrics import METRICS
from ctviz.metrics.trust import MetricTrust

PASSED = MetricTrust(1, 0.9, 0.95, 0.99, 0.9, 1e-5, defined=1.0, slices=8)


def passing(**others):
    """Return a judgement in which every metric passes but those that are named."""
    known = dict.fromkeys(METRICS, PASSED) | others
    return lambda: MappingProxyType({name: found for name, found in known.items() if found})
