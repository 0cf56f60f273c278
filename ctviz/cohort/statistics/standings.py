"""Where every entrant stands under one metric, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means
from ctviz.cohort.statistics.bootstrap import draws as draw_patients
from ctviz.cohort.statistics.differences import differences
from ctviz.cohort.statistics.interval import Interval, interval_by, share_interval
from ctviz.cohort.statistics.orders import Orders
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.patients import Numbers, mean_of_patients
from ctviz.cohort.statistics.ranks import Ranks
from ctviz.core.spread import Spread


@dataclass(frozen=True)
class Standing:
    """One entrant's score and place under one metric.

    Parameters
    ----------
    entrant
        Who stands here.
    mean
        Mean over patients of the mean over a patient's defined scores; None if there is none.
    interval
        Of the mean, over other patients; None on fewer than two patients.
    rank
        Place by the mean, 1 is best; those that tie share the mean of their places. None if it
        has no score.
    rank_interval
        The places that it can have: behind those that are clearly better in a paired difference,
        before those that are clearly worse, corrected for the number of rivals. None on fewer
        than two patients.
    first
        Share of draws in which it has the first place; ties share it equally.
    patients
        Number of patients with a defined score.
    defined, undefined
        Number of slices with and without a defined score.
    unbeaten
        The controls of its sign that it does not beat, itself excepted: the interval of its
        paired difference is not wholly on the better side of zero, or fewer than six patients
        have both.
    """

    entrant: Entrant
    mean: float | None
    interval: Interval | None
    rank: float | None
    rank_interval: Interval | None
    first: float
    patients: int
    defined: int
    undefined: int
    unbeaten: tuple[Entrant, ...] = ()

    @property
    def deciding(self) -> int:
        """The patients on whom it has a score."""
        return self.patients


def standings(panel: Panel, draws: int = DRAWS, seed: int = SEED) -> tuple[Standing, ...]:
    """Rank the entrants of a panel, in its order, with bootstrap intervals over patients.

    An undefined score is no score: a mean is over what is defined, and the counts say how much
    that is. Means of entrants that are undefined on different slices are over different slices;
    `Panel.complete` gives the slices that all share. In draws where an entrant has no score it
    comes last. Intervals of means are over whole patients (`interval_by`), those of ranks by the
    paired differences (`Orders`). A hit rate has
    an exact interval, and that of patients who are all alike is `widened`.
    """
    means = panel.patient_means
    drawn = drawn_means(draw_patients(len(means), draws, seed), means)
    places = Ranks.of(drawn * panel.direction)
    observed = mean_of_patients(means)
    ranks = Ranks.of(observed[None] * panel.direction).average[0]
    first = places.wins().mean(axis=0)
    unbeaten = _unbeaten(panel)
    rank_intervals = _rank_intervals(panel, ranks)
    spread = Spread.of_mean(means)
    patients = np.sum(~np.isnan(means), axis=0)
    defined = panel.defined.sum(axis=0)

    def interval(column: int, count: int) -> Interval | None:
        if panel.hits:
            return share_interval(count * float(observed[column]), count)
        own = Spread(spread.error[column], spread.skewness[column])
        return interval_by(own, float(observed[column]), count, bounds=panel.bounds)

    def standing(column: int, entrant: Entrant) -> Standing:
        count = int(patients[column])
        return Standing(
            entrant=entrant,
            mean=float(observed[column]) if count else None,
            interval=interval(column, count),
            rank=float(ranks[column]) if count else None,
            rank_interval=rank_intervals.get(entrant) if count > 1 else None,
            first=float(first[column]) if count else 0.0,
            patients=count,
            defined=int(defined[column]),
            undefined=len(panel.values) - int(defined[column]),
            unbeaten=unbeaten[entrant],
        )

    return tuple(standing(column, entrant) for column, entrant in enumerate(panel.entrants))


def rank_frequencies(panel: Panel, draws: int = DRAWS, seed: int = SEED) -> Numbers:
    """Return (E, E) the share of draws of the patients in which entrant i has place j.

    How stable a ranking is (Hall & Miller, Annals of Statistics 2009, doi:10.1214/09-AOS699).
    Entrants that tie for k places have a k-th of each, so rows and columns sum to one and a row's
    mean place is its average rank.
    """
    means = panel.patient_means
    drawn = drawn_means(draw_patients(len(means), draws, seed), means)
    return Ranks.of(drawn * panel.direction).frequencies()


def _rank_intervals(panel: Panel, ranks: Numbers) -> dict[Entrant, Interval]:
    """Return the intervals of the ranks (E,) of those that have any score."""
    race = panel.select(panel.scored)
    own = np.array([panel.entrants.index(each) for each in race.entrants], dtype=np.intp)
    orders = Orders.of(race, len(own) - 1)
    return dict(zip(race.entrants, orders.rank_intervals(ranks[own]), strict=True))


def _unbeaten(panel: Panel) -> dict[Entrant, tuple[Entrant, ...]]:
    pairs = [
        (entrant, control)
        for entrant in panel.entrants
        for control in panel.entrants
        if control.control and control.sign == entrant.sign and control != entrant
    ]
    compared = differences(panel, pairs)
    lost = [pair for number, pair in enumerate(pairs) if compared.winner(number) != pair[0]]
    return {
        entrant: tuple(control for challenger, control in lost if challenger == entrant)
        for entrant in panel.entrants
    }
