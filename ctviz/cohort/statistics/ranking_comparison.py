"""A ranking that verdicts are passed on: by a metric's scores or by cohort fidelity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED
from ctviz.cohort.statistics.cohort_fidelity import CohortFidelity
from ctviz.cohort.statistics.differences import Differences, Pair, differences
from ctviz.cohort.statistics.panel import Entrant, Panel
from ctviz.cohort.statistics.standings import standings


class PlacedEntrant(Protocol):
    """An entrant in its place: a `Standing` or a `FidelityStanding`."""

    @property
    def entrant(self) -> Entrant:
        """Its estimator and sign."""

    @property
    def rank(self) -> float | None:
        """Its place, 1 is best."""

    @property
    def first(self) -> float:
        """Share of the draws in which it is first."""

    @property
    def deciding(self) -> int:
        """Number of patients that decide its place."""


@dataclass(frozen=True, eq=False)
class RankingComparison:
    """The places of the entrants and how to compare any two of them.

    Parameters
    ----------
    metric
        What it is about, for sentences: ``"fidelity"``.
    placed
        The entrants in their places.
    compare
        Gives the paired differences of pairs of entrants.
    too_few
        Why it decides nothing, as a sentence; empty where it may.
    """

    metric: str
    placed: tuple[PlacedEntrant, ...]
    compare: Callable[[Sequence[Pair]], Differences]
    too_few: str = ""

    @classmethod
    def by_scores(cls, panel: Panel, draws: int = DRAWS, seed: int = SEED) -> Self:
        """Return the comparison by the mean scores of patients."""
        return cls(
            panel.metric,
            standings(panel, draws, seed),
            lambda pairs: differences(panel, pairs),
        )

    @classmethod
    def by_cohort_fidelity(cls, fidelity: CohortFidelity) -> Self:
        """Return the comparison by the area between the cohort's accuracy curves."""
        return cls("cohort fidelity", fidelity.standings, fidelity.differences, fidelity.too_few)

    @property
    def estimators(self) -> tuple[str, ...]:
        """The estimators that are no controls, in order."""
        return tuple(
            dict.fromkeys(
                each.entrant.estimator for each in self.placed if not each.entrant.control
            )
        )

    def sign_pairs(self) -> tuple[Pair, ...]:
        """Return (absolute, signed) of every estimator, no control, that stands under both."""
        by_name = {
            (each.entrant.estimator, each.entrant.sign): each.entrant for each in self.placed
        }
        return tuple(
            (by_name[name, "absolute"], by_name[name, "signed"])
            for name in self.estimators
            if (name, "absolute") in by_name and (name, "signed") in by_name
        )
