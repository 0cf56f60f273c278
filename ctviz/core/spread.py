"""How far a truth may lie from its estimate, on both sides, where people differ unevenly."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

_ROUNDING = 1e-10
_SYMMETRIC = 1e-6
_HAS_SKEWNESS = 3


@dataclass(frozen=True, eq=False)
class Spread:
    """How figures (…) would move with other people.

    Parameters
    ----------
    error
        Their standard errors, 0 where everybody is alike; NaN on fewer than two people and where
        no draw has a figure.
    skewness
        Third central moment of their error over the cube of its standard error, between -1 and 1.
    """

    error: Numbers
    skewness: Numbers

    @classmethod
    def of(cls, drawn: Numbers, people: ArrayLike) -> Self:
        r"""Return the spread of figures (B, …) in the draws of a number (…) of people.

        The moments of the draws (Efron, Annals of Statistics 1979, doi:10.1214/aos/1176344552),
        without the bias that they have on n people: the variance times n / (n - 1), the skewness
        times :math:`\sqrt{n (n - 1)} / (n - 2)` (Joanes & Gill, The Statistician 1998,
        doi:10.1111/1467-9884.00122). The skewness of a mean of n cannot be beyond 1 then, and no
        other figure's is let beyond. Draws without a figure are left out.
        """
        known = ~np.isnan(drawn)
        count, n = known.sum(axis=0), np.broadcast_to(people, drawn.shape[1:])
        told = (count > 0) & (n > 1)
        away = np.where(known, drawn, 0.0)
        away = np.where(known, away - away.sum(axis=0) / np.maximum(count, 1), 0.0)
        # Multiplied, for a third power takes fifty times as long.
        squares = away * away
        second, third = (
            powers.sum(axis=0) / np.maximum(count, 1) for powers in (squares, squares * away)
        )
        return cls._unbiased(second, third, n, told)

    @classmethod
    def of_mean(cls, values: Numbers) -> Self:
        r"""Return the spread of the mean (…) over people of their values (n, …).

        What `of` tells after ever more draws, without any: the moments of a mean of drawn values
        are known (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 5). The error
        is Student's :math:`s / \sqrt n`. People without a value, NaN, are left out.
        """
        known = ~np.isnan(values)
        n = known.sum(axis=0)
        people = np.maximum(n, 1)
        away = np.where(known, values, 0.0)
        away = np.where(known, away - away.sum(axis=0) / people, 0.0)
        squares = away * away
        second, third = squares.sum(axis=0), (squares * away).sum(axis=0)
        return cls._unbiased(second / people**2, third / people**3, n, n > 1)

    @classmethod
    def _unbiased(
        cls, second: Numbers, third: Numbers, n: NDArray[np.intp], told: NDArray[np.bool_]
    ) -> Self:
        """Return the spread of figures with these central moments (…) in draws of n people."""
        scale = np.sqrt(second)
        apart = scale > _ROUNDING
        unbiased = np.sqrt(n * (n - 1.0)) / np.maximum(n - 2.0, 1.0) * (n >= _HAS_SKEWNESS)
        skewness = np.where(apart, third / np.where(apart, scale, 1.0) ** 3, 0.0) * unbiased
        error = np.where(apart, scale * np.sqrt(n / np.maximum(n - 1.0, 1.0)), 0.0)
        return cls(np.where(told, error, np.nan), np.clip(skewness, -1.0, 1.0))

    def reach(self, student: ArrayLike) -> tuple[Numbers, Numbers]:
        r"""Return (…) how far an interval reaches below and above the figures.

        ``student`` is the quantile of Student's t. It is right for symmetric errors. Few people of
        whom one is far off the others make a mean whose t is skewed itself, and most of whose
        intervals end too early on the far side. Hall (JRSS B 1992,
        doi:10.1111/j.2517-6161.1992.tb01876.x) takes the skewness k away by

        .. math:: g(t) = t + k t^2 / 3 + k^2 t^3 / 27 + k / 6

        which always rises, so that the interval's ends are the t at which g is the quantile. The
        skewness of so few is itself hardly known: it may lengthen the interval on one side, and
        never shortens it below Student's on the other.
        """
        t = np.asarray(student, np.float64)
        below = np.maximum(t, _unskewed(t, self.skewness))
        above = np.maximum(t, -_unskewed(-t, self.skewness))
        return below * self.error, above * self.error


def _unskewed(quantile: Numbers, skewness: Numbers) -> Numbers:
    """Return the t at which g is the quantile, by (1 + k t / 3)³ = 1 + k (g - k / 6)."""
    k = np.where(np.abs(skewness) < _SYMMETRIC, _SYMMETRIC, skewness)
    roots: Numbers = 3 / k * (np.cbrt(1 + k * (quantile - k / 6)) - 1)
    return roots
