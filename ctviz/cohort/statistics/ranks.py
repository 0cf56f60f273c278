"""Places of the entrants, ties treated fairly."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ctviz.cohort.statistics.patients import Numbers

_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class Ranks:
    """The places of E entrants in each of B rankings; 1 is best.

    Parameters
    ----------
    first, last
        (B, E) the places that an entrant shares with those it ties with; the same without ties.
    """

    first: Numbers
    last: Numbers

    @classmethod
    def of(cls, merits: Numbers) -> Self:
        """Rank entrants by merits (B, E), larger is better.

        Merits closer than 10⁻¹⁰ of the largest tie: less is rounding, and entrants with equal maps
        (a positive estimator under both signs) must tie in every draw. Undefined ones tie last.
        """
        known = np.nan_to_num(merits)
        scale = np.max(np.abs(known), axis=1, keepdims=True, initial=0.0)
        step = np.where(scale > 0, scale, 1.0) * _ROUNDING
        losses = np.where(np.isnan(merits), np.inf, -np.round(known / step))
        order = np.argsort(losses, axis=1, kind="stable")
        ordered = np.take_along_axis(losses, order, axis=1)
        changes = ordered[:, 1:] != ordered[:, :-1]
        place = np.arange(1.0, merits.shape[1] + 1.0)
        first, last = np.tile(place, (2, len(merits), 1))
        # A tie begins where the value changes, and ends before it changes again.
        first[:, 1:][~changes] = 0.0
        last[:, :-1][~changes] = np.inf
        np.maximum.accumulate(first, axis=1, out=first)
        last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
        back = np.argsort(order, axis=1)
        return cls(np.take_along_axis(first, back, axis=1), np.take_along_axis(last, back, axis=1))

    @property
    def average(self) -> Numbers:
        """(B, E) the mean of the shared places."""
        return (self.first + self.last) / 2

    def frequencies(self) -> Numbers:
        """Return (E, E) the share of rankings in which entrant i has place j.

        Entrants that tie for k places have a k-th of each, so that rows and columns sum to one.
        """
        rankings, entrants = self.first.shape
        row = np.broadcast_to(np.arange(entrants), (rankings, entrants))
        weight = 1.0 / (self.last - self.first + 1.0)
        steps = np.zeros((entrants, entrants + 1))
        np.add.at(steps, (row, self.first.astype(int) - 1), weight)
        np.add.at(steps, (row, self.last.astype(int)), -weight)
        shares: Numbers = np.clip(np.cumsum(steps[:, :-1], axis=1) / max(rankings, 1), 0.0, 1.0)
        return shares

    def wins(self) -> Numbers:
        """Return (B, E) the first place of each ranking, shared equally by all that tie for it."""
        return np.where(self.first == 1, 1.0 / self.last, 0.0)
