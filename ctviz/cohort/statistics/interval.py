"""Intervals that say how far a figure would move with other patients."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainccinv, betaincinv, stdtrit

from ctviz.cohort.statistics.patients import Numbers, mean_of_patients
from ctviz.core.chance import unseen
from ctviz.core.spread import Spread

LEVEL = 0.95
"""How often an interval should hold the truth."""

Bounds: TypeAlias = tuple[float, float]
"""The least and the largest value that a figure can have."""

Reach: TypeAlias = tuple[Numbers, Numbers]
"""How far intervals reach below and above their figures."""

NO_ROOM: Reach = (np.zeros(()), np.zeros(()))

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


def interval_around(
    figure: float,
    drawn: Numbers,
    patients: int,
    level: float = LEVEL,
    bounds: Bounds | None = None,
) -> Interval | None:
    """Return the interval of a figure, drawn (B,) on a number of patients, None on fewer than two.

    As far as `Spread.reach` says of the draws, by Student's t and Hall's correction for skewed
    scores, and not beyond the ``bounds`` of what the figure can be. Draws without a figure are
    left out; None if no draw has one.

    Patients who are all alike give the same figure in every draw, and an interval of no width,
    which would claim that nobody else exists. Given the figure's ``bounds``, it is `widened`.
    """
    return interval_by(Spread.of(drawn, patients), figure, patients, level, bounds)


def interval_by(
    spread: Spread,
    figure: float,
    patients: int,
    level: float = LEVEL,
    bounds: Bounds | None = None,
) -> Interval | None:
    """Return the interval of a figure with a known spread, as `interval_around` does."""
    if np.isnan(spread.error):
        return None
    if bounds is not None and spread.error == 0:
        return widened(figure, patients, bounds, level)
    low, high = ends(np.asarray(figure), spread.reach(student(patients, level)), bounds)
    return Interval(float(low), float(high))


def interval_of_mean(
    values: Numbers, level: float = LEVEL, bounds: Bounds | None = None
) -> Interval | None:
    """Return the interval of the mean of patients' values (P,), None on fewer than two.

    That of `interval_around` after ever more draws (`Spread.of_mean`). Patients without a value,
    NaN, are left out.
    """
    patients = int(np.count_nonzero(~np.isnan(values)))
    mean = float(mean_of_patients(values))
    return interval_by(Spread.of_mean(values), mean, patients, level, bounds)


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
    low = float(betaincinv(hits, misses + 1, tail)) if hits > _ROUNDING else 0.0
    high = float(betainccinv(hits + 1, misses, tail)) if misses > _ROUNDING else 1.0
    return Interval(low, high)


def band(
    curves: Numbers,
    drawn: Numbers,
    patients: int,
    bounds: Bounds | None = None,
    room: Reach = NO_ROOM,
) -> tuple[Numbers, Numbers]:
    """Return the pointwise ends (…) of curves (…), drawn (B, …) on a number of patients.

    Each point's interval is that of `interval_around`; the whole curve lies within them less often
    than each point does. NaN on fewer than two patients and where no draw has the whole curve.
    ``room`` is what `unseen_room` leaves below and above the points.
    """
    missing = np.isnan(drawn).any(axis=tuple(range(1, drawn.ndim)), keepdims=True)
    reach = Spread.of(np.where(missing, np.nan, drawn), patients).reach(student(patients))
    return ends(curves, with_room(reach, room), bounds)


def ends(figures: Numbers, reach: Reach, bounds: Bounds | None) -> tuple[Numbers, Numbers]:
    """Return (…) the low and high ends of intervals that reach so far, within the bounds."""
    least, largest = bounds or (-np.inf, np.inf)
    below, above = reach
    return np.maximum(figures - below, least), np.minimum(figures + above, largest)


def unseen_room(values: Numbers, bounds: Bounds, level: float = LEVEL) -> Reach:
    """Return the room (…) below and above the means of patients' values (M, …), NaN left out.

    None where patients differ, or the bounds are infinite; where all are alike, what `widened`
    gives.
    """
    means = mean_of_patients(values)
    people = np.sum(~np.isnan(values), axis=0)
    away = np.abs(np.nan_to_num(values - means)).max(axis=0, initial=0.0)
    alike = (away <= _ROUNDING) & (people > 0)
    if not np.isfinite(bounds).all():
        return np.zeros(means.shape), np.zeros(means.shape)
    missed = unseen(np.maximum(people, 1.0), level)
    low, high = bounds
    return np.where(alike, missed * (means - low), 0), np.where(alike, missed * (high - means), 0)


def with_room(reach: Reach, room: Reach) -> Reach:
    """Return how far intervals reach, of a sum of which parts leave room of their own.

    Distances of independent parts add up as their squares do (Zou & Donner, Statistics in Medicine
    2008, doi:10.1002/sim.3095).
    """
    below, above = (np.hypot(one, other) for one, other in zip(reach, room, strict=True))
    return below, above


def student(patients: int | NDArray[np.intp], level: float = LEVEL) -> Numbers:
    """Return (…) the quantile of Student's t beyond which half of what the level leaves out is."""
    freedom = np.maximum(patients, _FEWEST) - 1.0
    return np.asarray(-stdtrit(freedom, (1 - level) / 2))
