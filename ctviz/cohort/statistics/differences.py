"""Paired differences between entrants: the same slices, the same patients, the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means
from ctviz.cohort.statistics.bootstrap import draws as draw_patients
from ctviz.cohort.statistics.interval import LEVEL, Interval, ends, student
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers, mean_of_patients
from ctviz.core.spread import Spread

Pair: TypeAlias = tuple[Entrant, Entrant]

_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class Differences:
    """First minus second entrant of K pairs, in the metric's units.

    Parameters
    ----------
    pairs
        K pairs of entrants.
    mean
        (K,) mean over the patients; NaN where there is none.
    drawn
        (B, K) mean over the patients of each draw.
    patients
        (K,) number of patients on whom both are defined.
    direction
        1 where higher is better, else -1.
    largest
        The largest difference that there can be.
    """

    pairs: tuple[Pair, ...]
    mean: Numbers
    drawn: Numbers
    patients: NDArray[np.intp]
    direction: float
    largest: float = np.inf
    _ends: dict[float, tuple[Numbers, Numbers]] = field(default_factory=dict, init=False)

    @cached_property
    def spread(self) -> Spread:
        """Of the K differences over the draws."""
        return Spread.of(self.drawn, self.patients)

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
        low, high = self.ends(level)
        clear = (low > _ROUNDING).astype(float) - (high < -_ROUNDING)
        return np.where(self.patients >= FEWEST, clear * self.direction, 0.0)

    def winner(self, pair: int, level: float = LEVEL) -> Entrant | None:
        """Return the entrant that is clearly better, if there is one."""
        first, second = self.pairs[pair]
        ahead = self.ahead(level)[pair]
        return None if ahead == 0 else first if ahead > 0 else second


def differences(
    panel: Panel, pairs: Sequence[Pair], draws: int = DRAWS, seed: int = SEED
) -> Differences:
    """Return the differences of some pairs of entrants, over patients and with their draws.

    The paired bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993): both
    entrants of a pair are averaged over the same slices, and over the same patients in each draw.
    """
    by_patient = patient_differences(panel, pairs)
    drawn = drawn_means(draw_patients(len(by_patient), draws, seed), by_patient)
    patients: NDArray[np.intp] = np.sum(~np.isnan(by_patient), axis=0)
    return Differences(
        pairs=tuple(pairs),
        mean=mean_of_patients(by_patient),
        drawn=drawn,
        patients=patients,
        direction=panel.direction,
        largest=panel.bounds[1] - panel.bounds[0],
    )


def patient_differences(panel: Panel, pairs: Sequence[Pair]) -> Numbers:
    """Return (P, K) the mean of first minus second over a patient's slices that define both.

    So that no entrant gains by having no score on hard slices. NaN where there are no such slices.
    """
    place = {entrant: column for column, entrant in enumerate(panel.entrants)}
    first = [place[one] for one, _ in pairs]
    second = [place[other] for _, other in pairs]
    return panel.grouping.means(panel.values[:, first] - panel.values[:, second])
