"""Which entrants are clearly ahead of which, and what of a ranking is known from that."""

from dataclasses import dataclass
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.differences import differences
from ctviz.cohort.statistics.interval import LEVEL, Interval
from ctviz.cohort.statistics.panel import Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers


@dataclass(frozen=True, eq=False)
class Orders:
    """What is known of the order of E entrants, two at a time.

    A ranking of patients drawn again is no guide to the true one: chance mixes entrants that are
    close, in the cohort and once more in the draws, so that places of the draws lie nearer to the
    middle than the true ones. What is known of a ranking is what is known of its pairs (Mogstad et
    al., Review of Economic Studies 2024, doi:10.1093/restud/rdad006).

    Parameters
    ----------
    ahead
        (E, E) 1 where the first is clearly better, -1 where the second is, 0 where both score the
        same on every slice; NaN where that is not known, on fewer than six patients always.
    """

    ahead: Numbers

    @classmethod
    def of(cls, panel: Panel, comparisons: int) -> Self:
        """Return the orders that the intervals of paired differences show.

        All of so many ``comparisons`` hold together at 95 %: each has its share of the chance to
        be wrong (Bonferroni).
        """
        entrants = len(panel.entrants)
        pairs = list(combinations(panel.entrants, 2))
        compared = differences(panel, pairs)
        clear = compared.ahead(1 - (1 - LEVEL) / max(comparisons, 1))
        same = compared.same & (compared.patients >= FEWEST)
        known = np.where(clear != 0, clear, np.where(same, 0.0, np.nan))
        first, second = np.triu_indices(entrants, k=1)
        ahead = np.zeros((entrants, entrants))
        ahead[first, second], ahead[second, first] = known, -known
        return cls(ahead)

    def places(self) -> tuple[Numbers, Numbers]:
        """Return (E,) the first and the last place that each entrant can have.

        Behind those that are clearly better and before those that are clearly worse; those that
        tie share the mean of their places.
        """
        ties = (np.sum(self.ahead == 0, axis=1) - 1) / 2
        best = 1 + np.sum(self.ahead == -1, axis=1) + ties
        worst = len(self.ahead) - np.sum(self.ahead == 1, axis=1) - ties
        return best, worst

    def rank_intervals(self, ranks: Numbers) -> tuple[Interval, ...]:
        """Return the places that each entrant can have, those (E,) observed among them."""
        best, worst = self.places()
        return tuple(
            Interval(float(low), float(high))
            for low, high in zip(np.minimum(best, ranks), np.maximum(worst, ranks), strict=True)
        )

    def taus(self, other: "Orders") -> Interval | None:
        """Return the least and the largest Kendall's τ-b with another ranking of the entrants.

        Pairs whose order is known by both count as they are, and every other one may be in the
        same order or in the opposite one. None where no pair can be ordered.
        """
        one, two = (each.ahead[np.triu_indices(len(self.ahead), k=1)] for each in (self, other))
        open_pair: NDArray[np.bool_] = (np.isnan(one) | np.isnan(two)) & (one != 0) & (two != 0)
        scale = np.sqrt(np.sum(one != 0) * np.sum(two != 0))
        if not scale:
            return None
        agreed, unknown = np.nansum(one * two), np.sum(open_pair)
        low, high = (agreed - unknown) / scale, (agreed + unknown) / scale
        return Interval(max(-1.0, float(low)), min(1.0, float(high)))
