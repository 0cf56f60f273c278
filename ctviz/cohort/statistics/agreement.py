"""Whether two metrics rank the same entrants alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.interval import Interval, interval_of_mean
from ctviz.cohort.statistics.orders import Orders
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers, mean_of_patients
from ctviz.cohort.statistics.ranks import Ranks
from ctviz.core import InvalidInput

RANKINGS_AT_A_TIME = 1024


@dataclass(frozen=True)
class RankAgreement:
    """Kendall's τ-b of the entrants' scores under two metrics: 1 same order, -1 reversed.

    Parameters
    ----------
    tau
        None where fewer than two entrants have scores under both, or all tie under one.
    interval
        The least and the largest τ that pairs allow whose order is not clear; None on fewer than
        six patients.
    entrants
        The entrants with scores under both.
    patients
        Number of patients that decide: those with scores of the entrant that has fewest.
    why
        Why there is no τ; empty where there is one.
    """

    tau: float | None
    interval: Interval | None
    entrants: tuple[Entrant, ...]
    patients: int
    why: str = ""


@dataclass(frozen=True, eq=False)
class SliceAgreement:
    """Kendall's τ-b of the entrants on every single slice.

    Parameters
    ----------
    taus
        (N,) NaN where fewer than two entrants have scores under both, or all tie under one.
    mean
        Mean over patients of a patient's mean τ; None if no slice has one.
    interval
        Of the mean, over other patients; None on fewer than two patients.
    defined, undefined
        Number of slices with and without τ.
    """

    taus: Numbers
    mean: float | None
    interval: Interval | None
    defined: int
    undefined: int


def rank_agreement(first: Panel, second: Panel) -> RankAgreement:
    """Return how alike two metrics rank the entrants of both panels by their means.

    Kendall, Biometrika 1945, doi:10.1093/biomet/33.3.239 (τ-b, for ties). Directions are taken
    into account: 1 always means the same order from best to worst. Chance in either ranking pulls
    τ towards 0, in draws of the patients once more, so that the draws may miss the true one
    altogether: the interval holds every τ that the pairs allow whose order is not clear by both
    metrics (`Orders`).
    """
    one, other = paired(first, second)
    ours, theirs = (panel.patient_means * panel.direction for panel in (one, other))
    here, there = mean_of_patients(ours), mean_of_patients(theirs)
    tau = kendall(here[None], there[None])[0]
    ranked = _ranked(one.entrants, here + there)
    patients = _deciding(ours, theirs)
    if np.isnan(tau):
        why = "Fewer than two entrants have scores under both metrics."
        if len(ranked) > 1:
            why = "All entrants tie under one of the metrics."
        return RankAgreement(None, None, ranked, patients, why)
    if patients < FEWEST:
        return RankAgreement(float(tau), None, ranked, patients)
    comparisons = len(ranked) * (len(ranked) - 1)
    orders = [Orders.of(each.select(ranked), comparisons) for each in (one, other)]
    return RankAgreement(float(tau), orders[0].taus(orders[1]), ranked, patients)


def slice_agreement(first: Panel, second: Panel) -> SliceAgreement:
    """Return how alike two metrics rank the entrants on each slice, as `rank_agreement` does."""
    one, other = paired(first, second)
    taus = kendall(one.values * one.direction, other.values * other.direction)
    means = one.grouping.means(taus[:, None])
    mean = float(mean_of_patients(means)[0])
    defined = int(np.count_nonzero(~np.isnan(taus)))
    return SliceAgreement(
        taus=taus,
        mean=None if np.isnan(mean) else mean,
        interval=interval_of_mean(means[:, 0], bounds=(-1.0, 1.0)),
        defined=defined,
        undefined=len(taus) - defined,
    )


def _deciding(ours: Numbers, theirs: Numbers) -> int:
    """Return the fewest patients on whose means (P, E) any entrant ranked by both stands."""
    counts = np.minimum(*(np.sum(~np.isnan(means), axis=0) for means in (ours, theirs)))
    return int(np.min(counts[counts > 0], initial=len(ours)))


def _ranked(entrants: Sequence[Entrant], merits: Numbers) -> tuple[Entrant, ...]:
    known = ~np.isnan(merits)
    return tuple(entrant for entrant, has in zip(entrants, known, strict=True) if has)


def paired(first: Panel, second: Panel) -> tuple[Panel, Panel]:
    """Return two panels of the same slices with the entrants that both have, in one order."""
    if not np.array_equal(first.patients, second.patients):
        raise InvalidInput(
            "The two metrics were scored on different slices; give one row per slice to both, "
            "with NaN where a score is undefined."
        )
    common = [entrant for entrant in first.entrants if entrant in second.entrants]
    return first.select(common), second.select(common)


def kendall(first: Numbers, second: Numbers) -> Numbers:
    r"""Return (B,) Kendall's τ-b of two sets of merits (B, E).

    :math:`\sum_{i<j} a_{ij} b_{ij} / \sqrt{\sum a_{ij}^2 \sum b_{ij}^2}` with a, b the signs of the
    differences between entrants i and j. Pairs with an undefined merit do not count; NaN where one
    of the sums is zero.
    """
    # Some rankings at a time, for there are far more pairs than entrants.
    groups = range(0, max(len(first), 1), RANKINGS_AT_A_TIME)
    rows = [slice(begun, begun + RANKINGS_AT_A_TIME) for begun in groups]
    return np.concatenate([_kendall(first[some], second[some]) for some in rows])


def _kendall(first: Numbers, second: Numbers) -> Numbers:
    left, right = np.triu_indices(first.shape[1], k=1)
    a, b = (_order(merits, left, right) for merits in (first, second))
    known = ~np.isnan(a) & ~np.isnan(b)
    a, b = np.where(known, a, 0.0), np.where(known, b, 0.0)
    scale = np.sqrt(np.sum(a != 0, axis=1) * np.sum(b != 0, axis=1))
    taus: Numbers = np.where(
        scale > 0, np.sum(a * b, axis=1) / np.where(scale > 0, scale, 1), np.nan
    )
    return taus


def _order(merits: Numbers, left: NDArray[np.intp], right: NDArray[np.intp]) -> Numbers:
    ranks = np.where(np.isnan(merits), np.nan, Ranks.of(merits).first)
    signs: Numbers = np.sign(ranks[:, right] - ranks[:, left])
    return signs
