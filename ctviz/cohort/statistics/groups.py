"""Whether the ranking holds within groups of slices: a class, wrong answers, small regions."""

from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics.bootstrap import DRAWS, SEED
from ctviz.cohort.statistics.panel import Panel
from ctviz.cohort.statistics.patients import Names, Numbers
from ctviz.cohort.statistics.standings import Standing, standings
from ctviz.core import InvalidInput

_SIZES = ("small", "medium", "large")


@dataclass(frozen=True)
class Group:
    """The standings on some of the slices.

    Parameters
    ----------
    name
        What its slices have in common.
    slices, patients
        How many there are.
    standings
        One for each entrant, in the panel's order.
    falls
        By how many ranks each entrant stands lower here than on all slices; negative is higher,
        None where either rank is undefined.
    """

    name: str
    slices: int
    patients: int
    standings: tuple[Standing, ...]
    falls: tuple[float | None, ...]


def by_group(
    panel: Panel, groups: Names, draws: int = DRAWS, seed: int = SEED
) -> tuple[Group, ...]:
    """Return the standings within each group (N,) of slices, groups sorted by name.

    Slices without a group have the name ``""`` and are left out. A patient may be in several
    groups, and counts once in each. Many groups mean many chances: a rank that moves in one is a
    question for the next cohort (Wang et al., NEJM 2007, doi:10.1056/NEJMsr077003).
    """
    labels = np.asarray(groups, np.str_)
    if len(labels) != len(panel.values):
        raise InvalidInput("Give one group for each slice.")
    overall = standings(panel, draws, seed)

    def group(name: str) -> Group:
        part = panel.rows(labels == name)
        own = standings(part, draws, seed)
        return Group(
            name=name,
            slices=len(part.values),
            patients=len(part.grouping),
            standings=own,
            falls=tuple(_fall(here, all_) for here, all_ in zip(own, overall, strict=True)),
        )

    return tuple(group(str(name)) for name in np.unique(labels) if name)


def size_groups(region_shares: Numbers) -> Names:
    """Return (N,) ``small``, ``medium`` or ``large``: the third in which a region's share lies.

    Equal shares are in the same third. Slices without a region (NaN) have the name ``""``.
    """
    sizes = np.asarray(region_shares, float)
    known = ~np.isnan(sizes)
    names = np.full(len(sizes), "", dtype="<U6")
    if known.any():
        bounds = np.quantile(sizes[known], [1 / 3, 2 / 3])
        names[known] = np.array(_SIZES)[np.searchsorted(bounds, sizes[known], side="left")]
    return names


def _fall(here: Standing, overall: Standing) -> float | None:
    if here.rank is None or overall.rank is None:
        return None
    return here.rank - overall.rank
