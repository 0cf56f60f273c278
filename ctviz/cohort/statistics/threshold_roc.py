"""The paper's ROC: averaged over images at each threshold."""

from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means
from ctviz.cohort.statistics.bootstrap import draws as draw_patients
from ctviz.cohort.statistics.interval import Interval, interval_around, interval_of_mean
from ctviz.cohort.statistics.patients import Names, Numbers, Patients, mean_of_patients
from ctviz.core import InvalidInput


@dataclass(frozen=True, eq=False)
class ThresholdRoc:
    """The mean ROC curves of E entrants and what lies under them.

    Parameters
    ----------
    tpr, fpr
        (E, T) mean true and false positive rate at each threshold; NaN without a defined slice.
    heights
        (E,) mean of the curve's heights, which the paper takes for the area. It is one only where
        the points lie evenly along the false positive rate, which they rarely do.
    areas
        (E,) trapezoidal area under the same curve, from (0, 0) to (1, 1).
    height_intervals, area_intervals
        E intervals over draws of the patients; None on fewer than two patients.
    defined
        (E,) number of slices with a curve.
    patients
        (E,) number of patients with one.
    """

    tpr: Numbers
    fpr: Numbers
    heights: Numbers
    areas: Numbers
    height_intervals: tuple[Interval | None, ...]
    area_intervals: tuple[Interval | None, ...]
    defined: tuple[int, ...]
    patients: tuple[int, ...]


def threshold_roc(
    tpr: Numbers, fpr: Numbers, patients: Names, draws: int = DRAWS, seed: int = SEED
) -> ThresholdRoc:
    """Average ROC points (N, E, T) of slices at each of T thresholds, rising or falling.

    Threshold averaging (Fawcett, Pattern Recognition Letters 2006,
    doi:10.1016/j.patrec.2005.10.010) as in Brocki et al., EXTRAAMAS 2022,
    doi:10.1007/978-3-031-15565-9_1, but each patient, not each image, counts once. A map's
    threshold means what its normalisation makes of it: the area is not the mean of the slices'
    areas. A slice is undefined for an entrant where any of its points is NaN.
    """
    points = np.stack([np.asarray(fpr, float), np.asarray(tpr, float)], axis=2)
    if points.ndim != 4 or len(points) != len(patients):
        raise InvalidInput("Give ROC points (slices, entrants, thresholds), a patient per slice.")
    points = np.where(np.isnan(points).any(axis=(2, 3), keepdims=True), np.nan, points)
    grouping = Patients.of(np.asarray(patients, np.str_))
    means = grouping.means(points)
    curve = mean_of_patients(means)
    drawn = draw_patients(len(grouping), draws, seed)
    count = np.sum(~np.isnan(means[:, :, 0, 0]), axis=0)
    heights, areas = curve[:, 1].mean(axis=-1), _area(curve)
    height_intervals, area_intervals = [], []
    for entrant, known in enumerate(count):
        again = drawn_means(drawn, means[:, entrant].reshape(len(grouping), curve[0].size))
        again = again.reshape(len(drawn), *curve.shape[1:])
        of_patients = means[:, entrant, 1].mean(axis=-1)
        height_intervals.append(interval_of_mean(of_patients, bounds=(0.0, 1.0)))
        area_intervals.append(
            interval_around(areas[entrant], _area(again), int(known), bounds=(0.0, 1.0))
        )
    return ThresholdRoc(
        tpr=curve[:, 1],
        fpr=curve[:, 0],
        heights=heights,
        areas=areas,
        height_intervals=tuple(height_intervals),
        area_intervals=tuple(area_intervals),
        defined=tuple(int(n) for n in np.sum(~np.isnan(points[:, :, 0, 0]), axis=0)),
        patients=tuple(int(n) for n in count),
    )


def _area(points: Numbers) -> Numbers:
    """Return (…) the area under points (…, 2, T) of (FPR, TPR), which never turn back."""
    ends = np.zeros((*points.shape[:-1], 1))
    rising = np.sort(np.concatenate([ends, points, ends + 1], axis=-1), axis=-1)
    area: Numbers = np.trapezoid(rising[..., 1, :], rising[..., 0, :], axis=-1)
    return area
