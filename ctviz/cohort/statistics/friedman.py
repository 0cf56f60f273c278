"""Whether the entrants differ at all, and which of them nobody can tell apart."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import friedmanchisquare, studentized_range

from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers
from ctviz.cohort.statistics.ranks import Ranks

ALPHA = 0.05
_FEWEST_ENTRANTS = 3


@dataclass(frozen=True)
class Friedman:
    """The Friedman test with Nemenyi's critical difference, or why there is none.

    Parameters
    ----------
    entrants
        The K entrants compared.
    average_ranks
        K mean ranks over the patients, 1 is best; ties share the mean of their places.
    patients
        Number of patients on whom all of them are defined; the others cannot be used.
    statistic, p
        Friedman's χ² with K - 1 degrees of freedom, corrected for ties, and its p-value.
    critical_difference
        Entrants whose average ranks differ by less cannot be told apart.
    cliques
        The largest groups of two and more entrants, best first, that cannot be told apart.
    left_out
        Entrants without any score, which would leave no patient to compare on.
    why
        Why the test is undefined; empty where it is defined.
    """

    entrants: tuple[Entrant, ...]
    average_ranks: tuple[float, ...]
    patients: int
    statistic: float | None
    p: float | None
    critical_difference: float | None
    cliques: tuple[tuple[Entrant, ...], ...]
    left_out: tuple[Entrant, ...]
    why: str = ""

    @property
    def defined(self) -> bool:
        """Whether there is a test."""
        return not self.why


def friedman(panel: Panel, alpha: float = ALPHA) -> Friedman:
    """Test whether the entrants of a panel have different ranks, patients as blocks.

    Friedman, JASA 1937, doi:10.2307/2279372, followed up by Nemenyi's test as Demšar recommends
    (JMLR 7, 2006). Each patient ranks the entrants by their means over the patient's slices that
    all share. The χ² approximation is rough below about ten patients.
    """
    in_race = panel.select(panel.scored)
    left_out = tuple(each for each in panel.entrants if each not in in_race.entrants)
    means = in_race.complete().patient_means
    patients, count = means.shape
    ranks = Ranks.of(means * panel.direction).average
    average = ranks.mean(axis=0) if patients else np.full(count, np.nan)
    why = _obstacle(ranks)
    if why:
        return Friedman(
            in_race.entrants, _known(average), patients, None, None, None, (), left_out, why
        )
    statistic, p = friedmanchisquare(*ranks.T)
    critical = critical_difference(count, patients, alpha)
    cliques = tuple(
        tuple(in_race.entrants[place] for place in clique) for clique in _cliques(average, critical)
    )
    return Friedman(
        in_race.entrants,
        _known(average),
        patients,
        float(statistic),
        float(p),
        critical,
        cliques,
        left_out,
    )


def critical_difference(entrants: int, patients: int, alpha: float = ALPHA) -> float:
    r"""Return Nemenyi's :math:`q_\alpha \sqrt{k (k + 1) / 6N}` for k entrants on N patients.

    :math:`q_\alpha` is the studentised range's quantile for k groups and infinite degrees of
    freedom over :math:`\sqrt 2` (Demšar, JMLR 7, 2006, section 3.2.2).
    """
    quantile = studentized_range.ppf(1 - alpha, entrants, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(entrants * (entrants + 1) / (6 * patients)))


def _obstacle(ranks: Numbers) -> str:
    patients, count = ranks.shape
    if count < _FEWEST_ENTRANTS:
        return f"The test compares three or more entrants, and only {count} have scores."
    if patients < FEWEST:
        return (
            f"Only {patients} patients have scores of every entrant, and fewer than {FEWEST} "
            "decide nothing."
        )
    if np.ptp(ranks) == 0:
        return "All entrants tie on every patient."
    return ""


def _cliques(average: Numbers, critical: float) -> list[list[int]]:
    """Return the maximal runs of places in the order of their average ranks."""
    order = np.argsort(average, kind="stable")
    ordered = average[order]
    ends = np.searchsorted(ordered, ordered + critical, side="left")
    cliques, reached = [], 0
    for start, end in enumerate(ends):
        if end > max(reached, start + 1):
            cliques.append([int(place) for place in order[start:end]])
            reached = int(end)
    return cliques


def _known(average: Numbers) -> tuple[float, ...]:
    return tuple(float(rank) for rank in average if not np.isnan(rank))
