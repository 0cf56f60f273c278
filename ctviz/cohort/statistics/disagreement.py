"""The slices and the entrants on which two metrics disagree most."""

from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics.agreement import kendall, paired
from ctviz.cohort.statistics.interval import Interval
from ctviz.cohort.statistics.orders import Orders
from ctviz.cohort.statistics.pairwise import pairwise
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers, mean_of_patients
from ctviz.cohort.statistics.ranks import Ranks


@dataclass(frozen=True)
class DisputedSlice:
    """A slice whose own ranking of the entrants differs between two metrics.

    Parameters
    ----------
    row
        The slice's row in both panels.
    tau
        Kendall's τ-b of the entrants' scores on it.
    """

    row: int
    tau: float


@dataclass(frozen=True)
class Move:
    """How far an entrant falls from its rank under one metric to that under another.

    Parameters
    ----------
    entrant
        Who moves.
    first, second
        Its ranks among the entrants with scores under both; ties share the mean of their places.
    interval
        Of second minus first, by the places that the entrant can have by either metric (`Orders`),
        corrected for the rivals under both; None on fewer than six patients.
    """

    entrant: Entrant
    first: float
    second: float
    interval: Interval | None

    @property
    def fall(self) -> float:
        """Second minus first rank: positive where the second metric thinks less of it."""
        return self.second - self.first


@dataclass(frozen=True)
class Disagreements:
    """What two metrics disagree on, worst first.

    Parameters
    ----------
    slices
        Those with the lowest τ.
    entrants
        Those whose rank moves furthest.
    """

    slices: tuple[DisputedSlice, ...]
    entrants: tuple[Move, ...]


def disagreements(first: Panel, second: Panel, top: int = 10) -> Disagreements:
    """Return the ``top`` slices and entrants that two metrics rank most differently.

    Slices by Kendall's τ-b (Biometrika 1945, doi:10.1093/biomet/33.3.239) of the entrants on the
    slice, where it is defined; entrants by how far their rank moves. Those listed were chosen for
    being extreme: on other patients they would disagree less.
    """
    one, other = paired(first, second)
    taus = kendall(one.values * one.direction, other.values * other.direction)
    order = [row for row in np.argsort(taus, kind="stable") if not np.isnan(taus[row])]
    moves = sorted(rank_moves(one, other), key=lambda move: -abs(move.fall))
    return Disagreements(
        slices=tuple(DisputedSlice(int(row), float(taus[row])) for row in order[:top]),
        entrants=tuple(moves[:top]),
    )


def rank_moves(first: Panel, second: Panel) -> tuple[Move, ...]:
    """Return how far each entrant with scores under both metrics falls from one to the other.

    Also for one metric under two settings, such as two fills.
    """
    both = _with_scores_under_both(*paired(first, second))
    means = [panel.patient_means for panel in both]
    counts = np.min([np.sum(~np.isnan(each), axis=0) for each in means], axis=0)
    comparisons = 2 * (len(both[0].entrants) - 1)
    here, there = (
        _ranks(mean_of_patients(each)[None] * panel.direction)[0]
        for each, panel in zip(means, both, strict=True)
    )
    places = [
        Orders.of(panel, comparisons).rank_intervals(ranks)
        for panel, ranks in zip(both, (here, there), strict=True)
    ]
    falls = [
        Interval(second.low - first.high, second.high - first.low)
        for first, second in zip(*places, strict=True)
    ]
    return tuple(
        Move(
            entrant=entrant,
            first=float(here[column]),
            second=float(there[column]),
            interval=falls[column] if counts[column] >= FEWEST else None,
        )
        for column, entrant in enumerate(both[0].entrants)
    )


def reversals(first: Panel, second: Panel) -> tuple[tuple[Entrant, Entrant], ...]:
    """Return the pairs (a, b) where a is better under the first metric and b under the second.

    Both clearly: by signed-rank tests on patients, each corrected for all pairs of its panel
    (`pairwise`). Such a pair is hardly chance, as a low τ of equals can be.
    """
    one, other = paired(first, second)
    found = []
    for here, there in zip(pairwise(one), pairwise(other), strict=True):
        if here.better and there.better and here.better != there.better:
            found.append((here.better, there.better))
    return tuple(found)


def _with_scores_under_both(first: Panel, second: Panel) -> tuple[Panel, Panel]:
    kept = [entrant for entrant in first.scored if entrant in second.scored]
    return first.select(kept), second.select(kept)


def _ranks(merits: Numbers) -> Numbers:
    return Ranks.of(merits).average
