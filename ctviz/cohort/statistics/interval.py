"""Intervals that say how far a figure would move with other patients."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.stats import beta, norm, t

from ctviz.cohort.statistics.patients import Numbers
from ctviz.core.chance import unseen

LEVEL = 0.95
"""How often an interval should hold the truth."""

Bounds: TypeAlias = tuple[float, float]
"""The least and the largest value that a figure can have."""

_FEWEST = 2
_ROUNDING = 1e-10


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


def percentile_interval(
    drawn: Numbers, patients: int, level: float = LEVEL, bounds: Bounds | None = None
) -> Interval | None:
    r"""Return the interval of figures (B,) drawn on a number of patients, None on fewer than two.

    The middle of the draws (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13),
    expanded as Hesterberg advises (The American Statistician 2015,
    doi:10.1080/00031305.2015.1089789): its tails are
    :math:`\Phi(-t_{\alpha/2, n-1} \sqrt{n / (n - 1)})`, so that on few patients it is as wide as
    Student's and not too narrow. On many patients that is α/2. Draws without a figure are left
    out; None if no draw has one.

    Patients who are all alike give the same figure in every draw, and an interval of no width,
    which would claim that nobody else exists. Given the figure's ``bounds``, it is `widened`.
    """
    known = drawn[~np.isnan(drawn)]
    if patients < _FEWEST or not len(known):
        return None
    tail = tail_of_draws(patients, level)
    low, high = np.quantile(known, [tail, 1 - tail])
    if bounds is not None and high - low <= _ROUNDING:
        return widened(float(low), patients, bounds, level)
    return Interval(float(low), float(high))


def widened(value: float, patients: int, bounds: Bounds, level: float = LEVEL) -> Interval | None:
    """Return the interval of a mean over patients who are all alike, None without finite bounds.

    Others, as many as so many patients can well have missed (`unseen`), may lie at either bound.
    For shares of 0 and 1 that is Clopper and Pearson's interval.
    """
    low, high = bounds
    if not np.isfinite(bounds).all():
        return None
    missed = unseen(patients, level)
    return Interval(value - missed * (value - low), value + missed * (high - value))


def share_interval(hits: float, patients: int, level: float = LEVEL) -> Interval | None:
    """Return the interval of a rate of ``hits`` among patients, None on fewer than two.

    The exact one of Clopper & Pearson, Biometrika 1934, doi:10.1093/biomet/26.4.404, which holds
    the truth in 95 % of the cohorts or more, on any number of patients and at any rate. Draws of
    the patients do not: where all of six are hit, they are in every draw. Wilson's interval (JASA
    1927, doi:10.1080/01621459.1927.10502953) is narrower, but near 0 and 1 it holds the truth in
    fewer than 93 % where patients are few. A patient with several slices is one trial that may be
    hit in part: no mean of shares varies more than one of whole hits and misses, so the interval
    is at least as wide as it must be.
    """
    if patients < _FEWEST:
        return None
    tail, misses = (1 - level) / 2, patients - hits
    low = float(beta.ppf(tail, hits, misses + 1)) if hits > _ROUNDING else 0.0
    high = float(beta.isf(tail, hits + 1, misses)) if misses > _ROUNDING else 1.0
    return Interval(low, high)


def band(drawn: Numbers, patients: int, bounds: Bounds | None = None) -> tuple[Numbers, Numbers]:
    """Return the pointwise ends (…) of curves (B, …) drawn on a number of patients.

    Each point's interval is `percentile_interval`'s; the whole curve lies within them less often
    than each point does. NaN on fewer than two patients and where no draw has the whole curve.
    Points that are the same in every draw are widened, given the figure's ``bounds``.
    """
    whole = drawn[~np.isnan(drawn).any(axis=tuple(range(1, drawn.ndim)))]
    if patients < _FEWEST or not len(whole):
        unknown = np.full(drawn.shape[1:], np.nan)
        return unknown, unknown
    tail = tail_of_draws(patients)
    low, high = np.quantile(whole, [tail, 1 - tail], axis=0)
    if bounds is None:
        return low, high
    alike, missed = high - low <= _ROUNDING, unseen(patients)
    return (
        np.where(alike, low - missed * (low - bounds[0]), low),
        np.where(alike, high + missed * (bounds[1] - high), high),
    )


def tail_of_draws(patients: int, level: float = LEVEL) -> float:
    """Return the share of draws beyond each end of an interval, on two patients or more."""
    student = t.isf((1 - level) / 2, patients - 1)
    return float(norm.sf(student * np.sqrt(patients / (patients - 1))))
