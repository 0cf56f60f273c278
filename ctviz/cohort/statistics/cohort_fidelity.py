"""The paper's fidelity: what masking pixels does to a cohort's accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED, drawn_means
from ctviz.cohort.statistics.bootstrap import draws as draw_patients
from ctviz.cohort.statistics.differences import Differences
from ctviz.cohort.statistics.interval import (
    Interval,
    Reach,
    band,
    unseen_room,
)
from ctviz.cohort.statistics.panel import Entrant
from ctviz.cohort.statistics.patients import FEWEST, Names, Numbers, Patients
from ctviz.cohort.statistics.ranks import Ranks
from ctviz.core import InvalidInput
from ctviz.core.arrays import frozen
from ctviz.core.spread import Spread

ACCURACY, AREA = (0.0, 1.0), (-1.0, 1.0)
"""What an accuracy, and the area between two of its curves, can be."""


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
        (N,) the patient of each slice.
    entrants
        E entrants.
    """

    mif_right: NDArray[np.float32]
    lif_right: NDArray[np.float32]
    shares: Numbers
    classes: Names
    patients: Names
    entrants: tuple[Entrant, ...]

    def __post_init__(self) -> None:
        for name in ("mif_right", "lif_right"):
            object.__setattr__(self, name, frozen(np.asarray(getattr(self, name)), np.float32))
        object.__setattr__(self, "shares", frozen(np.asarray(self.shares), np.float64))
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
    def answered(self) -> NDArray[np.bool_]:
        """(N, E) whether no answer is missing in either order."""
        mif, lif = (~np.isnan(right) for right in (self.mif_right, self.lif_right))
        return np.asarray(mif.all(axis=2) & lif.all(axis=2), np.bool_)

    def answers(self, place: int) -> NDArray[np.float32]:
        """Return (N, 2, S) an entrant's in both orders, NaN throughout where any is missing."""
        both = np.stack([self.mif_right[:, place], self.lif_right[:, place]], axis=1)
        both[~self.answered[:, place]] = np.nan
        return both


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
        Of the area, over draws of the patients; None where some class has fewer than six.
    rank
        Place, 1 is best; ties share the mean of their places. None without an area.
    first
        Share of draws in which it is first; ties share it equally.
    patients
        Number of patients with answers.
    fewest
        Number of them with slices of the class that has fewest: these decide.
    defined, undefined
        Number of slices with and without answers.
    """

    entrant: Entrant
    fidelity: float | None
    interval: Interval | None
    rank: float | None
    first: float
    patients: int
    fewest: int
    defined: int
    undefined: int

    @property
    def deciding(self) -> int:
        """The patients of the class that has fewest."""
        return self.fewest

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
        (E, 2, S) their pointwise 95 % intervals; NaN where there is none.
    standings
        E standings by the area.
    drawn
        (B, E) areas in the draws of the patients.
    patients
        Number of patients.
    members
        C numbers of the patients with slices of each class.
    removals
        What all this was computed from.
    weights
        (B, P) how often each patient is in each draw.
    """

    shares: Numbers
    classes: tuple[str, ...]
    curves: Numbers
    low: Numbers
    high: Numbers
    standings: tuple[FidelityStanding, ...]
    drawn: Numbers
    patients: int
    members: tuple[int, ...]
    removals: Removals
    weights: Numbers

    @property
    def too_few(self) -> str:
        """Why the cohort decides nothing, as a sentence; empty where every class has six."""
        found = zip(self.members, self.classes, strict=True)
        rare = [
            f"{count} {'patient' if count == 1 else 'patients'} of class '{name}'"
            for count, name in found
            if count < FEWEST
        ]
        if not rare:
            return ""
        return f"Only {' and '.join(rare)}, and fewer than {FEWEST} of a class decide nothing."

    @property
    def areas(self) -> Numbers:
        """(E,) areas between the curves, NaN where there is none."""
        return _area(self.shares, self.curves)

    def differences(self, pairs: Sequence[tuple[Entrant, Entrant]]) -> Differences:
        """Return the differences in area of some pairs of entrants, in the same draws.

        Both areas of a pair are over the slices for which both have answers. The patients of a
        pair are those of the class that has fewest.
        """
        place = {standing.entrant: column for column, standing in enumerate(self.standings)}
        compared = [self._compared(place[one], place[other]) for one, other in pairs]
        patients = np.array([patients for _, _, patients in compared], dtype=np.intp)
        drawn = np.zeros((len(self.weights), len(compared)))
        for column, (_, again, _) in enumerate(compared):
            drawn[:, column] = again
        return Differences(
            pairs=tuple(pairs),
            mean=np.array([mean for mean, _, _ in compared]),
            spread=Spread.of(drawn, patients),
            patients=patients,
            direction=1.0,
            largest=AREA[1] - AREA[0],
        )

    def _compared(self, first: int, second: int) -> tuple[float, Numbers, int]:
        """Return the difference in area, its draws (B,) and the patients that decide it."""
        one, other = (self.standings[place] for place in (first, second))
        if not one.undefined and not other.undefined:
            drawn = self.drawn[:, first] - self.drawn[:, second]
            return float(self.areas[first] - self.areas[second]), drawn, one.fewest
        answered = self.removals.answered
        shared = answered[:, first] & answered[:, second]
        cohort = _Cohort.of(self.removals, self.classes, shared)
        everyone = np.ones((1, self.patients))
        mean, drawn = (
            _area(self.shares, cohort.accuracy(weights, first))
            - _area(self.shares, cohort.accuracy(weights, second))
            for weights in (everyone, self.weights)
        )
        return float(mean[0]), drawn, int(cohort.fewest[first])

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

    A class of few patients moves the mean as much as one of many. Patients are drawn whatever
    their class, so that a class's patients change in number, too, as they would in another
    cohort; a draw without one class has no area and is left out. Intervals are as wide as the
    class with fewest patients demands (`Spread.reach`), and there is none where it has fewer than
    six: its few patients, drawn again and again, would look alike. Where all patients of a class
    are alike, those that they may have missed leave room beside what the draws say.
    """
    grouping = Patients.of(removals.patients)
    classes = tuple(str(name) for name in np.unique(removals.classes))
    cohort = _Cohort.of(removals, classes)
    drawn = draw_patients(len(grouping), draws, seed)
    everyone = np.ones((1, len(grouping)))
    entrants = range(len(removals.entrants))
    curves = np.stack([cohort.accuracy(everyone, place)[0] for place in entrants])
    low, high = np.full_like(curves, np.nan), np.full_like(curves, np.nan)
    areas = np.full((draws, len(curves)), np.nan)
    for place in entrants:
        accuracy = cohort.accuracy(drawn, place)
        areas[:, place] = _area(removals.shares, accuracy)
        few = _enough(cohort.fewest[place])
        low[place], high[place] = band(curves[place], accuracy, few, ACCURACY, cohort.room(place))
    return CohortFidelity(
        shares=removals.shares,
        classes=classes,
        curves=curves,
        low=low,
        high=high,
        standings=_standings(cohort, removals, _area(removals.shares, curves), areas),
        drawn=areas,
        patients=len(grouping),
        members=cohort.members,
        removals=removals,
        weights=drawn,
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

    @property
    def steps(self) -> int:
        """S, the number of shares."""
        return int(self.means.shape[-1])

    @classmethod
    def of(cls, removals: Removals, grouping: Patients, chosen: NDArray[np.bool_]) -> Self:
        """Return those of the slices chosen (N,)."""
        members, index = np.unique(grouping.index[chosen], return_inverse=True)
        within = Patients(grouping.names[members], index)
        # One entrant after the other, for a cohort's answers are many.
        entrants = range(len(removals.entrants))
        means = [within.means(removals.answers(place)[chosen]) for place in entrants]
        return cls(members, np.stack(means, axis=1))


@dataclass(frozen=True, eq=False)
class _Cohort:
    """The patients of each class and how often the model was right on them."""

    by_class: tuple[_ClassMeans, ...]

    @classmethod
    def of(
        cls, removals: Removals, classes: Sequence[str], kept: NDArray[np.bool_] | None = None
    ) -> Self:
        """Return the cohort of the slices kept (N,), all by default."""
        grouping = Patients.of(removals.patients)
        chosen = np.ones(len(removals.classes), bool) if kept is None else kept
        own = (chosen & (removals.classes == name) for name in classes)
        return cls(tuple(_ClassMeans.of(removals, grouping, each) for each in own))

    @property
    def members(self) -> tuple[int, ...]:
        """How many patients have slices of each class."""
        return tuple(len(each.members) for each in self.by_class)

    @property
    def fewest(self) -> NDArray[np.intp]:
        """(E,) how many patients with answers the class has that has fewest."""
        known = [~np.isnan(each.means[:, :, 0, 0]) for each in self.by_class]
        counts: NDArray[np.intp] = np.min([each.sum(axis=0) for each in known], axis=0)
        return counts

    def accuracy(self, drawn: Numbers, place: int) -> Numbers:
        """Return (B, 2, S) the accuracy of an entrant averaged over the classes, in each draw."""
        # As many columns as there are, also where a class has no patient and so no answer.
        accuracies = [
            drawn_means(drawn[:, one.members], one.means[:, place].reshape(-1, 2 * one.steps))
            for one in self.by_class
        ]
        average: Numbers = np.mean(accuracies, axis=0)
        return average.reshape(len(drawn), 2, -1)

    def room(self, place: int) -> Reach:
        """Return the room (2, S) that classes leave whose patients are all alike to an entrant."""
        return self._summed([unseen_room(one.means[:, place], ACCURACY) for one in self.by_class])

    def area_room(self, shares: Numbers, place: int) -> Reach:
        """Return the same of the area."""
        areas = [_area(shares, one.means[:, place]) for one in self.by_class]
        return self._summed([unseen_room(each, AREA) for each in areas])

    def _summed(self, rooms: Sequence[Reach]) -> Reach:
        """Return the room of the mean over the classes, which are independent."""
        sides = (np.square(side).sum(axis=0) for side in map(np.array, zip(*rooms, strict=True)))
        below, above = (np.sqrt(squares) / len(rooms) for squares in sides)
        return below, above


def _enough(patients: int) -> int:
    """Return the patients on which an interval rests, none where they are too few for one."""
    return int(patients) if patients >= FEWEST else 0


def _area(shares: Numbers, curves: Numbers) -> Numbers:
    """Return (…) the area between MiF and LiF curves (…, 2, S)."""
    return np.asarray(np.trapezoid(curves[..., 1, :] - curves[..., 0, :], shares, axis=-1))


def _standings(
    cohort: _Cohort, removals: Removals, areas: Numbers, drawn: Numbers
) -> tuple[FidelityStanding, ...]:
    fewest = cohort.fewest
    ranks = Ranks.of(areas[None]).average[0]
    first = Ranks.of(drawn).wins().mean(axis=0)
    answered = removals.answered
    patients = [len(np.unique(removals.patients[column])) for column in answered.T]
    known = ~np.isnan(areas)

    def interval(place: int) -> Interval | None:
        room = cohort.area_room(removals.shares, place)
        low, high = band(areas[place], drawn[:, place], _enough(fewest[place]), AREA, room)
        return None if np.isnan(low) else Interval(float(low), float(high))

    return tuple(
        FidelityStanding(
            entrant=entrant,
            fidelity=float(areas[place]) if known[place] else None,
            interval=interval(place),
            rank=float(ranks[place]) if known[place] else None,
            first=float(first[place]) if known[place] else 0.0,
            patients=patients[place],
            fewest=int(fewest[place]),
            defined=int(np.sum(answered[:, place])),
            undefined=int(np.sum(~answered[:, place])),
        )
        for place, entrant in enumerate(removals.entrants)
    )
