"""Intervals that say how far a figure would move with other patients."""

from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics.patients import Numbers

LEVEL = 0.95
"""The share of draws that an interval holds."""


@dataclass(frozen=True)
class Interval:
    """Where a figure lies in 95 of 100 draws of the patients.

    >>> Interval(0.1, 0.3).excludes(0.0)
    True
    """

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether a value lies outside."""
        return not self.low <= value <= self.high


def percentile_interval(drawn: Numbers, level: float = LEVEL) -> Interval | None:
    """Return the middle ``level`` of drawn figures (B,), None where no draw has one.

    The percentile interval of Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13.
    It is somewhat too narrow with few patients. Draws without a figure are left out.
    """
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
