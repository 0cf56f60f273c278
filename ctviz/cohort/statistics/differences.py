"""Paired differences between entrants: the same slices, the same patients, the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means, draws
from ctviz.cohort.statistics.interval import LEVEL, Interval, percentile_interval
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers, mean_of_patients


@dataclass(frozen=True, eq=False)
class Differences:
    """First minus second entrant of K pairs, in the metric's units.

    Parameters
    ----------
    pairs
        K pairs of entrants.
    by_patient
        (P, K) mean over a patient's slices on which both are defined; NaN where there are none.
    drawn
        (B, K) mean over the patients of each draw.
    direction
        1 where higher is better, else -1.
    """

    pairs: tuple[tuple[Entrant, Entrant], ...]
    by_patient: Numbers
    drawn: Numbers
    direction: float

    @property
    def mean(self) -> Numbers:
        """(K,) mean over the patients."""
        return mean_of_patients(self.by_patient)

    @property
    def patients(self) -> NDArray[np.intp]:
        """(K,) number of patients on whom both are defined."""
        counts: NDArray[np.intp] = np.sum(~np.isnan(self.by_patient), axis=0)
        return counts

    def interval(self, pair: int, level: float = LEVEL) -> Interval | None:
        """Return a pair's interval, None on fewer than two patients."""
        if self.patients[pair] < 2:
            return None
        return percentile_interval(self.drawn[:, pair], level)

    def winner(self, pair: int, level: float = LEVEL) -> Entrant | None:
        """Return the entrant that is better beyond doubt, if there is one.

        The interval lies on its side of zero, and there are at least six patients (`FEWEST`).
        """
        interval = self.interval(pair, level)
        if interval is None or self.patients[pair] < FEWEST or not interval.excludes(0.0):
            return None
        first, second = self.pairs[pair]
        return first if interval.low * self.direction > 0 else second


def differences(
    panel: Panel,
    pairs: Sequence[tuple[Entrant, Entrant]],
    draw_count: int = DRAWS,
    seed: int = SEED,
) -> Differences:
    """Return the paired differences of some pairs of entrants.

    Only slices on which both are defined count, so that neither gains by refusing hard slices.
    """
    place = {entrant: column for column, entrant in enumerate(panel.entrants)}
    first = [place[left] for left, _ in pairs]
    second = [place[right] for _, right in pairs]
    grouping = panel.grouping
    by_patient = grouping.means(panel.values[:, first] - panel.values[:, second])
    drawn = drawn_means(draws(len(grouping), draw_count, seed), by_patient)
    return Differences(tuple(pairs), by_patient, drawn, panel.direction)
