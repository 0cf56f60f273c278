"""The slices and the entrants on which two metrics disagree most."""

from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics.agreement import kendall, paired
from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means
from ctviz.cohort.statistics.bootstrap import draws as draw_patients
from ctviz.cohort.statistics.interval import Interval, percentile_interval
from ctviz.cohort.statistics.pairwise import pairwise
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import Numbers, mean_of_patients
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
        Of second minus first, over draws of the patients; None on fewer than two patients.
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


def disagreements(
    first: Panel, second: Panel, top: int = 10, draws: int = DRAWS, seed: int = SEED
) -> Disagreements:
    """Return the ``top`` slices and entrants that two metrics rank most differently.

    Slices by Kendall's τ-b (Biometrika 1945, doi:10.1093/biomet/33.3.239) of the entrants on the
    slice, where it is defined; entrants by how far their rank moves. Those listed were chosen for
    being extreme: on other patients they would disagree less.
    """
    one, other = paired(first, second)
    taus = kendall(one.values * one.direction, other.values * other.direction)
    order = [row for row in np.argsort(taus, kind="stable") if not np.isnan(taus[row])]
    moves = sorted(rank_moves(one, other, draws, seed), key=lambda move: -abs(move.fall))
    return Disagreements(
        slices=tuple(DisputedSlice(int(row), float(taus[row])) for row in order[:top]),
        entrants=tuple(moves[:top]),
    )


def rank_moves(
    first: Panel, second: Panel, draws: int = DRAWS, seed: int = SEED
) -> tuple[Move, ...]:
    """Return how far each entrant with scores under both metrics falls from one to the other.

    Also for one metric under two settings, such as two fills. The same draws of the patients give
    both ranks (Goldstein & Spiegelhalter, JRSS A 1996, doi:10.2307/2983325).
    """
    one, other = _with_scores_under_both(*paired(first, second))
    means = one.patient_means(), other.patient_means()
    drawn = draw_patients(len(means[0]), draws, seed)
    directions = one.direction, other.direction
    here, there = (
        _ranks(mean_of_patients(each)[None] * direction)[0]
        for each, direction in zip(means, directions, strict=True)
    )
    moves = np.subtract(
        *(
            _ranks(drawn_means(drawn, each) * direction)
            for each, direction in zip(reversed(means), reversed(directions), strict=True)
        )
    )
    counts = np.min([np.sum(~np.isnan(each), axis=0) for each in means], axis=0)
    return tuple(
        Move(
            entrant=entrant,
            first=float(here[column]),
            second=float(there[column]),
            interval=percentile_interval(moves[:, column], int(counts[column])),
        )
        for column, entrant in enumerate(one.entrants)
    )


def reversals(
    first: Panel, second: Panel, draws: int = DRAWS, seed: int = SEED
) -> tuple[tuple[Entrant, Entrant], ...]:
    """Return the pairs (a, b) where a is better under the first metric and b under the second.

    Both clearly: by signed-rank tests on patients, each corrected for all pairs of its panel
    (`pairwise`). Such a pair is hardly chance, as a low τ of equals can be.
    """
    one, other = paired(first, second)
    found = []
    for here, there in zip(pairwise(one, draws, seed), pairwise(other, draws, seed), strict=True):
        if here.better and there.better and here.better != there.better:
            found.append((here.better, there.better))
    return tuple(found)


def _with_scores_under_both(first: Panel, second: Panel) -> tuple[Panel, Panel]:
    kept = [entrant for entrant in first.scored if entrant in second.scored]
    return first.select(kept), second.select(kept)


def _ranks(merits: Numbers) -> Numbers:
    return Ranks.of(merits).average
