"""Intervals that say how far a figure would move with other patients."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

from ctviz.cohort.statistics.patients import Numbers

LEVEL = 0.95
"""How often an interval should hold the truth."""

_FEWEST = 2


@dataclass(frozen=True)
class Interval:
    """Where a figure could well lie with other patients of the same kind.

    >>> Interval(0.1, 0.3).excludes(0.0)
    True
    """

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether a value lies outside."""
        return not self.low <= value <= self.high


def percentile_interval(drawn: Numbers, patients: int, level: float = LEVEL) -> Interval | None:
    r"""Return the interval of figures (B,) drawn on a number of patients, None on fewer than two.

    The middle of the draws (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13),
    expanded as Hesterberg advises (The American Statistician 2015,
    doi:10.1080/00031305.2015.1089789): its tails are
    :math:`\Phi(-t_{\alpha/2, n-1} \sqrt{n / (n - 1)})`, so that on few patients it is as wide as
    Student's and not too narrow. On many patients that is α/2. Draws without a figure are left
    out; None if no draw has one.
    """
    known = drawn[~np.isnan(drawn)]
    if patients < _FEWEST or not len(known):
        return None
    tail = tail_of_draws(patients, level)
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(float(low), float(high))


def band(drawn: Numbers, patients: int) -> tuple[Numbers, Numbers]:
    """Return the pointwise ends (…) of curves (B, …) drawn on a number of patients.

    Each point's interval is `percentile_interval`'s; the whole curve lies within them less often
    than each point does. NaN on fewer than two patients and where no draw has the whole curve.
    """
    whole = drawn[~np.isnan(drawn).any(axis=tuple(range(1, drawn.ndim)))]
    if patients < _FEWEST or not len(whole):
        unknown = np.full(drawn.shape[1:], np.nan)
        return unknown, unknown
    tail = tail_of_draws(patients)
    low, high = np.quantile(whole, [tail, 1 - tail], axis=0)
    return low, high


def tail_of_draws(patients: int, level: float = LEVEL) -> float:
    """Return the share of draws beyond each end of an interval, on two patients or more."""
    student = t.isf((1 - level) / 2, patients - 1)
    return float(norm.sf(student * np.sqrt(patients / (patients - 1))))
