"""What is compared: the scores of all entrants on the same slices of the same patients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.patients import Names, Numbers, Patients
from ctviz.core import InvalidInput, Sign
from ctviz.core.arrays import frozen

Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True)
class Entrant:
    """An estimator under a sign: what a ranking ranks.

    Parameters
    ----------
    estimator
        The estimator's name.
    sign
        How its maps were read before they were scored.
    control
        Whether it knows nothing of the model, so that a useful estimator must beat it.
    """

    estimator: str
    sign: Sign
    control: bool = False

    def __str__(self) -> str:
        return f"{self.estimator} ({self.sign})"


@dataclass(frozen=True, eq=False)
class Panel:
    """The scores of E entrants on N slices under one metric.

    All entrants answer for the same slices, so that every comparison can be a paired one. Several
    slices of one patient are not independent: they are averaged first, and patients are counted.

    Parameters
    ----------
    values
        (N, E) scores; NaN where a score is undefined.
    patients
        (N,) the patient of each row's slice.
    entrants
        E entrants, no two the same.
    better
        The direction that speaks for an entrant.
    metric
        The metric's name, for sentences.
    bounds
        The least and the largest score that can occur.
    hits
        Whether a score is a hit (1) or none (0), so that a mean is a rate.
    """

    values: Numbers
    patients: Names
    entrants: tuple[Entrant, ...]
    better: Better = "higher"
    metric: str = ""
    bounds: tuple[float, float] = (-np.inf, np.inf)
    hits: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(np.asarray(self.values), np.float64))
        object.__setattr__(self, "patients", frozen(np.asarray(self.patients), np.str_))
        object.__setattr__(self, "entrants", tuple(self.entrants))
        if self.values.shape != (len(self.patients), len(self.entrants)):
            raise InvalidInput(
                f"The scores have shape {self.values.shape}; give one row for each of the "
                f"{len(self.patients)} slices and one column for each of the "
                f"{len(self.entrants)} entrants."
            )
        if np.isinf(self.values).any():
            raise InvalidInput("A score is infinite; mark undefined scores as NaN.")
        known = self.values[self.defined]
        if self.hits and not np.all((known >= 0) & (known <= 1)):
            raise InvalidInput("A hit is 1 and a miss 0; no score may lie beyond.")
        if len({(each.estimator, each.sign) for each in self.entrants}) < len(self.entrants):
            raise InvalidInput("An entrant appears twice; give every estimator and sign once.")

    @property
    def defined(self) -> NDArray[np.bool_]:
        """Where (N, E) there is a score."""
        return ~np.isnan(self.values)

    @property
    def scored(self) -> tuple[Entrant, ...]:
        """The entrants that have any score."""
        has_score: NDArray[np.bool_] = np.any(self.defined, axis=0)
        return tuple(each for each, has in zip(self.entrants, has_score, strict=True) if has)

    @property
    def direction(self) -> float:
        """1 where higher is better, else -1: times it, larger is better."""
        return 1.0 if self.better == "higher" else -1.0

    @cached_property
    def grouping(self) -> Patients:
        """The P patients and which slices are theirs."""
        return Patients.of(self.patients)

    @cached_property
    def patient_means(self) -> Numbers:
        """Return (P, E) the mean over each patient's defined scores, patients sorted by name.

        NaN where a patient has no defined score of an entrant.
        """
        return self.grouping.means(self.values)

    def rows(self, kept: NDArray[np.bool_]) -> Self:
        """Return the panel of some of its slices."""
        return replace(self, values=self.values[kept], patients=self.patients[kept])

    def select(self, entrants: Sequence[Entrant]) -> Self:
        """Return the panel of some of its entrants, in the order given."""
        place = {entrant: column for column, entrant in enumerate(self.entrants)}
        places = [place[each] for each in entrants]
        return replace(self, values=self.values[:, places], entrants=tuple(entrants))

    def without_controls(self) -> Self:
        """Return the panel without its controls."""
        return self.select([each for each in self.entrants if not each.control])

    def complete(self) -> Self:
        """Return the slices on which every entrant that has any score has one.

        On them means of different entrants are over the same slices. Entrants without any score
        stay, undefined.
        """
        present = self.defined.any(axis=0)
        shared: NDArray[np.bool_] = np.all(self.defined[:, present], axis=1)
        return self.rows(shared)
