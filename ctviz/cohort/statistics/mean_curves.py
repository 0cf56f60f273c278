"""Curves averaged over patients, with a band: Dice over the share kept, and the like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.interval import Bounds, ends, student, unseen_room, with_room
from ctviz.cohort.statistics.patients import Names, Numbers, Patients, mean_of_patients
from ctviz.core import InvalidInput
from ctviz.core.spread import Spread


@dataclass(frozen=True, eq=False)
class MeanCurves:
    """The mean curves of E entrants.

    Parameters
    ----------
    mean
        (E, S) mean over patients of the mean over a patient's slices; NaN without any curve.
    low, high
        (E, S) pointwise 95 % intervals; NaN on fewer than two patients.
    defined
        Number of slices with a curve, for each entrant.
    patients
        Number of patients with one, for each entrant.
    """

    mean: Numbers
    low: Numbers
    high: Numbers
    defined: tuple[int, ...]
    patients: tuple[int, ...]


def mean_curves(
    curves: NDArray[np.floating],
    patients: Names,
    bounds: Bounds = (-np.inf, np.inf),
) -> MeanCurves:
    """Average curves (N, E, S) of slices over patients, with a band.

    At each point the interval of `standings`, where the least and the largest value are the
    ``bounds``. A slice is undefined for an entrant where any point of its curve is NaN.
    """
    if curves.ndim != 3 or len(curves) != len(patients):
        raise InvalidInput("Give curves (slices, entrants, points), a patient per slice.")
    whole: Numbers = np.asarray(curves, np.float64)
    whole = np.where(np.isnan(whole).any(axis=2, keepdims=True), np.nan, whole)
    grouping = Patients.of(np.asarray(patients, np.str_))
    means = grouping.means(whole)
    count = np.sum(~np.isnan(means).any(axis=2), axis=0)
    mean = mean_of_patients(means)
    reach = Spread.of_mean(means).reach(student(count)[:, None])
    low, high = ends(mean, with_room(reach, unseen_room(means, bounds)), bounds)
    return MeanCurves(
        mean=mean,
        low=low,
        high=high,
        defined=tuple(int(n) for n in np.sum(~np.isnan(whole).any(axis=2), axis=0)),
        patients=tuple(int(n) for n in count),
    )
