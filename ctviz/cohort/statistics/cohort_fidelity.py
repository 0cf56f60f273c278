"""The paper's fidelity: what masking pixels does to a cohort's accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means, stratified_draws
from ctviz.cohort.statistics.differences import Differences
from ctviz.cohort.statistics.interval import Interval, band, percentile_interval
from ctviz.cohort.statistics.panel import Entrant
from ctviz.cohort.statistics.patients import Names, Numbers, Patients
from ctviz.cohort.statistics.ranks import Ranks
from ctviz.core import InvalidInput
from ctviz.core.arrays import frozen


@dataclass(frozen=True, eq=False)
class Removals:
    """Whether the model is still right as pixels are masked, on N slices for E entrants.

    Parameters
    ----------
    mif_right, lif_right
        (N, E, S) whether it says the right class with that share masked, most and least important
        pixels first; NaN where an entrant has no map of a slice.
    shares
        (S,) shares of the pixels masked, rising from 0.
    classes
        (N,) the true class of each slice.
    patients
        (N,) whose slice it is.
    entrants
        E entrants.
    """

    mif_right: Numbers
    lif_right: Numbers
    shares: Numbers
    classes: Names
    patients: Names
    entrants: tuple[Entrant, ...]

    def __post_init__(self) -> None:
        for name in ("mif_right", "lif_right", "shares"):
            object.__setattr__(self, name, frozen(np.asarray(getattr(self, name)), np.float64))
        for name in ("classes", "patients"):
            object.__setattr__(self, name, frozen(np.asarray(getattr(self, name)), np.str_))
        shape = (len(self.patients), len(self.entrants), len(self.shares))
        if not self.mif_right.shape == self.lif_right.shape == shape:
            raise InvalidInput(
                f"The answers have shapes {self.mif_right.shape} and {self.lif_right.shape}; "
                f"give (slices, entrants, shares) = {shape} for both orders."
            )
        if 0 in shape:
            raise InvalidInput("There is no answer to measure fidelity by; run the study first.")
        if len(self.classes) != len(self.patients):
            raise InvalidInput("Give one true class for each slice.")

    @cached_property
    def answers(self) -> Numbers:
        """(N, E, 2, S) both orders, NaN throughout where any answer of the two is missing."""
        both = np.stack([self.mif_right, self.lif_right], axis=2)
        return np.where(np.isnan(both).any(axis=(2, 3), keepdims=True), np.nan, both)


@dataclass(frozen=True)
class FidelityStanding:
    """One entrant's place by cohort fidelity.

    Parameters
    ----------
    entrant
        Who stands here.
    fidelity
        Area between its curves; None where it has no map of a slice of some class.
    interval
        Of the area, over draws of the patients; None on fewer than two patients.
    rank
        Place, 1 is best; ties share the mean of their places. None without an area.
    first
        Share of draws in which it is first; ties share it equally.
    patients
        Number of patients with answers.
    defined, undefined
        Number of slices with and without answers.
    """

    entrant: Entrant
    fidelity: float | None
    interval: Interval | None
    rank: float | None
    first: float
    patients: int
    defined: int
    undefined: int

    @property
    def times_ten(self) -> float | None:
        """The area times ten, as Table 1 of the paper has it."""
        return None if self.fidelity is None else 10 * self.fidelity


@dataclass(frozen=True, eq=False)
class CohortFidelity:
    """The accuracy curves of a cohort and the area between them.

    Parameters
    ----------
    shares
        (S,) shares masked.
    classes
        The C classes over which accuracies are averaged.
    curves
        (E, 2, S) accuracy, most important pixels first and least important first.
    low, high
        (E, 2, S) their pointwise 95 % intervals; NaN on fewer than two patients.
    standings
        E standings by the area.
    drawn
        (B, E) areas in the draws of the patients.
    patients
        Number of patients.
    """

    shares: Numbers
    classes: tuple[str, ...]
    curves: Numbers
    low: Numbers
    high: Numbers
    standings: tuple[FidelityStanding, ...]
    drawn: Numbers
    patients: int

    @property
    def areas(self) -> Numbers:
        """(E,) areas between the curves, NaN where there is none."""
        return _area(self.shares, self.curves)

    def differences(self, pairs: Sequence[tuple[Entrant, Entrant]]) -> Differences:
        """Return the differences in area of some pairs of entrants, in the same draws.

        Each area is over the slices for which the entrant has answers: they are compared on the
        same slices only where none is undefined.
        """
        place = {standing.entrant: column for column, standing in enumerate(self.standings)}
        first = [place[one] for one, _ in pairs]
        second = [place[other] for _, other in pairs]
        patients = np.array([standing.patients for standing in self.standings], dtype=np.intp)
        return Differences(
            pairs=tuple(pairs),
            mean=self.areas[first] - self.areas[second],
            drawn=self.drawn[:, first] - self.drawn[:, second],
            patients=np.minimum(patients[first], patients[second]),
            direction=1.0,
        )

    @property
    def mif(self) -> Numbers:
        """(E, S) accuracy with the most important pixels masked first."""
        return self.curves[:, 0]

    @property
    def lif(self) -> Numbers:
        """(E, S) accuracy with the least important pixels masked first."""
        return self.curves[:, 1]


def cohort_fidelity(removals: Removals, draws: int = DRAWS, seed: int = SEED) -> CohortFidelity:
    """Return the area between the LiF and the MiF accuracy curves of a cohort, per entrant.

    Brocki et al., EXTRAAMAS 2022, doi:10.1007/978-3-031-15565-9_1: accuracy is the mean over the
    classes of the class's accuracy, the area is trapezoidal, larger is better. Here a class's
    accuracy is the mean over its patients of the share of right answers on their slices of it, so
    that each patient counts once; with one slice per patient that is the paper's.

    Patients are drawn within strata of those with equal sets of classes, so that every class
    keeps its patients in every draw.
    """
    grouping = Patients.of(removals.patients)
    classes = tuple(str(name) for name in np.unique(removals.classes))
    by_class = [_ClassMeans.of(removals, grouping, name) for name in classes]
    drawn = stratified_draws(_strata(by_class, len(grouping)), draws, seed)
    everyone = np.ones((1, len(grouping)))
    curves = np.stack([_accuracy(everyone, by_class, e)[0] for e in range(len(removals.entrants))])
    low, high = np.full_like(curves, np.nan), np.full_like(curves, np.nan)
    areas = np.full((draws, len(curves)), np.nan)
    for place in range(len(curves)):
        accuracy = _accuracy(drawn, by_class, place)
        areas[:, place] = _area(removals.shares, accuracy)
        low[place], high[place] = band(accuracy, len(grouping))
    return CohortFidelity(
        shares=removals.shares,
        classes=classes,
        curves=curves,
        low=low,
        high=high,
        standings=_standings(removals, _area(removals.shares, curves), areas),
        drawn=areas,
        patients=len(grouping),
    )


@dataclass(frozen=True, eq=False)
class _ClassMeans:
    """The share of right answers of the patients who have slices of one class.

    Parameters
    ----------
    members
        (M,) their places among all patients.
    means
        (M, E, 2, S) mean over a patient's slices of the class.
    """

    members: NDArray[np.intp]
    means: Numbers

    @classmethod
    def of(cls, removals: Removals, grouping: Patients, name: str) -> Self:
        own = removals.classes == name
        members, index = np.unique(grouping.index[own], return_inverse=True)
        within = Patients(grouping.names[members], index)
        return cls(members, within.means(removals.answers[own]))


def _strata(by_class: list[_ClassMeans], patients: int) -> Names:
    """Return (P,) which of the classes each patient has slices of."""
    belongs = np.zeros((patients, len(by_class)), dtype=int)
    for place, one in enumerate(by_class):
        belongs[one.members, place] = 1
    return np.array(["".join(map(str, row)) for row in belongs], dtype=np.str_)


def _accuracy(drawn: Numbers, by_class: list[_ClassMeans], place: int) -> Numbers:
    """Return (B, 2, S) the accuracy of one entrant averaged over the classes, in each draw."""
    accuracies = [
        drawn_means(drawn[:, one.members], one.means[:, place].reshape(len(one.members), -1))
        for one in by_class
    ]
    average: Numbers = np.mean(accuracies, axis=0)
    return average.reshape(len(drawn), 2, -1)


def _area(shares: Numbers, curves: Numbers) -> Numbers:
    """Return (…) the area between MiF and LiF curves (…, 2, S)."""
    return np.asarray(np.trapezoid(curves[..., 1, :] - curves[..., 0, :], shares, axis=-1))


def _standings(removals: Removals, areas: Numbers, drawn: Numbers) -> tuple[FidelityStanding, ...]:
    ranks = Ranks.of(areas[None]).average[0]
    first = Ranks.of(drawn).wins().mean(axis=0)
    answered = ~np.isnan(removals.answers[:, :, 0, 0])
    patients = [len(np.unique(removals.patients[column])) for column in answered.T]
    known = ~np.isnan(areas)
    return tuple(
        FidelityStanding(
            entrant=entrant,
            fidelity=float(areas[place]) if known[place] else None,
            interval=percentile_interval(drawn[:, place], patients[place]),
            rank=float(ranks[place]) if known[place] else None,
            first=float(first[place]) if known[place] else 0.0,
            patients=patients[place],
            defined=int(np.sum(answered[:, place])),
            undefined=int(np.sum(~answered[:, place])),
        )
        for place, entrant in enumerate(removals.entrants)
    )
