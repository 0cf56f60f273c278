"""Every entrant against every other one, with the price of asking so often."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ctviz.cohort.statistics.differences import differences_of, patient_differences
from ctviz.cohort.statistics.friedman import ALPHA
from ctviz.cohort.statistics.interval import Interval
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers
from ctviz.cohort.statistics.wilcoxon import signed_ranks

_ROUNDING = 1e-10


@dataclass(frozen=True)
class PairComparison:
    """Two entrants on the slices on which both are defined.

    Parameters
    ----------
    first, second
        The entrants.
    difference
        Mean over patients of first minus second, in the metric's units; None if no patient has
        both.
    interval
        Of the difference, over other patients; None on fewer than two patients.
    p
        Of the signed-rank test on the patients' differences; None on fewer than six patients.
    adjusted
        The p-value after Holm's correction for all pairs with a test.
    patients
        Number of patients on whom both are defined.
    better
        The entrant to which the signed ranks lean, where the corrected p is at most 0.05.
    """

    first: Entrant
    second: Entrant
    difference: float | None
    interval: Interval | None
    p: float | None
    adjusted: float | None
    patients: int
    better: Entrant | None


def pairwise(panel: Panel) -> tuple[PairComparison, ...]:
    """Test all pairs of entrants by the Wilcoxon signed-rank test on patients.

    As Demšar (JMLR 7, 2006) and Benavoli et al. (JMLR 17, 2016) advise, with the correction of
    Holm (Scand. J. Statistics 1979). Each patient counts once, by the mean difference on the
    slices on which both entrants are defined. Below six patients no p-value can reach 0.05, and
    none is given.
    """
    pairs = list(combinations(panel.entrants, 2))
    by_patient = patient_differences(panel, pairs)
    compared = differences_of(by_patient, panel, pairs)
    tests = signed_ranks(_without_rounding(by_patient, panel.values))
    p_values = np.where(compared.patients >= FEWEST, tests.p, np.nan)
    adjusted = holm(p_values)
    mean = compared.mean

    def comparison(number: int) -> PairComparison:
        first, second = compared.pairs[number]
        decided = adjusted[number] <= ALPHA
        return PairComparison(
            first=first,
            second=second,
            difference=_or_none(mean[number]),
            interval=compared.interval(number),
            p=_or_none(p_values[number]),
            adjusted=_or_none(adjusted[number]),
            patients=int(compared.patients[number]),
            better=_ahead(first, second, tests.lean[number] * panel.direction) if decided else None,
        )

    return tuple(comparison(number) for number in range(len(compared.pairs)))


def holm(p_values: Numbers) -> Numbers:
    """Return (K,) p-values corrected for asking K times; NaN, no test, stays and does not count.

    The step-down procedure of Holm, Scandinavian Journal of Statistics 1979: the chance of any
    false finding stays below the level, whatever the tests' dependence.
    """
    adjusted = np.full(len(p_values), np.nan)
    order = np.argsort(p_values)[: np.count_nonzero(~np.isnan(p_values))]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _without_rounding(by_patient: Numbers, values: Numbers) -> Numbers:
    scale = np.max(np.abs(np.nan_to_num(values)), initial=0.0)
    step = (scale or 1.0) * _ROUNDING
    rounded: Numbers = np.round(by_patient / step) * step
    return rounded


def _ahead(first: Entrant, second: Entrant, lean: float) -> Entrant:
    return first if lean > 0 else second


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
