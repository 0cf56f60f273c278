"""Paired differences between entrants: the same slices, the same patients, the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.interval import LEVEL, Interval, ends, student
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers, mean_of_patients
from ctviz.core.spread import Spread

Pair: TypeAlias = tuple[Entrant, Entrant]

_ROUNDING = 1e-10
_AT_A_TIME = 64


@dataclass(frozen=True, eq=False)
class Differences:
    """First minus second entrant of K pairs, in the metric's units.

    Parameters
    ----------
    pairs
        K pairs of entrants.
    mean
        (K,) mean over the patients; NaN where there is none.
    spread
        Of the K means, over other patients.
    patients
        (K,) number of patients on whom both are defined.
    direction
        1 where higher is better, else -1.
    largest
        The largest difference that there can be.
    """

    pairs: tuple[Pair, ...]
    mean: Numbers
    spread: Spread
    patients: NDArray[np.intp]
    direction: float
    largest: float = np.inf
    _ends: dict[float, tuple[Numbers, Numbers]] = field(default_factory=dict, init=False)
    _ahead: dict[float, Numbers] = field(default_factory=dict, init=False)

    def ends(self, level: float = LEVEL) -> tuple[Numbers, Numbers]:
        """Return the low and the high ends (K,) of the intervals, NaN where there is none."""
        if level not in self._ends:
            reach = self.spread.reach(student(self.patients, level))
            self._ends[level] = ends(self.mean, reach, (-self.largest, self.largest))
        return self._ends[level]

    def interval(self, pair: int, level: float = LEVEL) -> Interval | None:
        """Return a pair's interval, None on fewer than two patients."""
        low, high = (float(each[pair]) for each in self.ends(level))
        return None if np.isnan(low) else Interval(low, high)

    def ahead(self, level: float = LEVEL) -> Numbers:
        """Return (K,) 1 where the first entrant is clearly better, -1 where the second is, else 0.

        The interval lies on its side of zero, and there are at least six patients (`FEWEST`).
        """
        if level not in self._ahead:
            low, high = self.ends(level)
            clear = (low > _ROUNDING).astype(float) - (high < -_ROUNDING)
            enough = self.patients >= FEWEST
            self._ahead[level] = np.where(enough, clear * self.direction, 0.0)
        return self._ahead[level]

    @cached_property
    def same(self) -> NDArray[np.bool_]:
        """(K,) whether both entrants score the same on every patient."""
        away = np.abs(np.nan_to_num(self.mean)) + np.nan_to_num(self.spread.error)
        alike: NDArray[np.bool_] = away <= _ROUNDING
        return alike

    def winner(self, pair: int, level: float = LEVEL) -> Entrant | None:
        """Return the entrant that is clearly better, if there is one."""
        first, second = self.pairs[pair]
        ahead = self.ahead(level)[pair]
        return None if ahead == 0 else first if ahead > 0 else second


def differences(panel: Panel, pairs: Sequence[Pair]) -> Differences:
    """Return the differences of some pairs of entrants, over patients.

    Paired: both entrants of a pair are averaged over the same slices of the same patients.
    """
    return differences_of(patient_differences(panel, pairs), panel, pairs)


def differences_of(by_patient: Numbers, panel: Panel, pairs: Sequence[Pair]) -> Differences:
    """Return the differences of pairs whose `patient_differences` (P, K) are known."""
    patients: NDArray[np.intp] = np.sum(~np.isnan(by_patient), axis=0)
    return Differences(
        pairs=tuple(pairs),
        mean=mean_of_patients(by_patient),
        spread=Spread.of_mean(by_patient),
        patients=patients,
        direction=panel.direction,
        largest=panel.bounds[1] - panel.bounds[0],
    )


def patient_differences(panel: Panel, pairs: Sequence[Pair]) -> Numbers:
    """Return (P, K) the mean of first minus second over a patient's slices that define both.

    So that no entrant gains by having no score on hard slices. NaN where there are no such slices.
    """
    place = {entrant: column for column, entrant in enumerate(panel.entrants)}
    first = np.array([place[one] for one, _ in pairs], np.intp)
    second = np.array([place[other] for _, other in pairs], np.intp)
    means = panel.patient_means
    by_patient = means[:, first] - means[:, second]
    # Where both are defined on the same slices, that is it.
    _, alike = np.unique(panel.defined, axis=1, return_inverse=True)
    gaps = np.flatnonzero(alike[first] != alike[second])
    for part in np.array_split(gaps, len(gaps) // _AT_A_TIME + 1):
        apart = panel.values[:, first[part]] - panel.values[:, second[part]]
        by_patient[:, part] = panel.grouping.means(apart)
    return by_patient
