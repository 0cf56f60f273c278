"""Which slices are worth looking at: where an entrant agrees best, as usual and worst."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ctviz.cohort.statistics import Entrant, Panel
from ctviz.cohort.statistics.patients import Numbers, mean_of_patients

PLACES = ("best", "median", "worst")
"""Of an entrant's own scores."""


@dataclass(frozen=True)
class TypicalSlice:
    """One slice, by its row in the panel, and the entrant's score on it."""

    place: str
    row: int
    score: float


@dataclass(frozen=True)
class Typical:
    """An entrant and the slices on which it scores best, as usual and worst."""

    entrant: Entrant
    slices: tuple[TypicalSlice, ...]


def typical_slices(panel: Panel, most: int) -> tuple[Typical, ...]:
    """Return the slices to look at of the best entrants of a panel, then of the best control.

    Each estimator under the sign with the better mean over patients; no more than ``most`` of them.
    The median is an observed slice: of an even number, the better one of the two in the middle.
    Slices without a score are nowhere. On fewer than three slices some places share one.
    """
    merits = mean_of_patients(panel.patient_means) * panel.direction
    order = [
        column for column in np.argsort(-merits, kind="stable") if not np.isnan(merits[column])
    ]
    chosen: dict[str, int] = {}
    for column in order:
        chosen.setdefault(panel.entrants[column].estimator, int(column))
    estimators = [column for column in chosen.values() if not panel.entrants[column].control]
    controls = [column for column in chosen.values() if panel.entrants[column].control]
    return tuple(
        Typical(panel.entrants[column], tuple(_placed(panel.values[:, column], panel.direction)))
        for column in (*estimators[:most], *controls[:1])
    )


def _placed(scores: Numbers, direction: float) -> Iterator[TypicalSlice]:
    known = np.flatnonzero(~np.isnan(scores))
    ordered = known[np.argsort(-scores[known] * direction, kind="stable")]
    rows = (ordered[0], ordered[(len(ordered) - 1) // 2], ordered[-1])
    for place, row in zip(PLACES, rows, strict=True):
        yield TypicalSlice(place, int(row), float(scores[row]))
