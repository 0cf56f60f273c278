"""Patients as the unit: several slices of one patient count once."""

from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Names: TypeAlias = NDArray[np.str_]

FEWEST = 6
"""The fewest patients on which anything is decided.

Where every one of n patients points the same way, a two-sided test that flips signs has p = 2/2ⁿ:
at most 0.05 from n = 6 on (Fisher, The Design of Experiments, 1935). Below it no test can decide,
and bootstrap intervals, which may then be a single point, would only seem to.
"""


@dataclass(frozen=True, eq=False)
class Patients:
    """Which of N slices belong to which of P patients.

    Parameters
    ----------
    names
        (P,) the patients, sorted, so that the order of the slices does not matter.
    index
        (N,) each slice's place in ``names``.
    """

    names: Names
    index: NDArray[np.intp]

    @classmethod
    def of(cls, patients: Names) -> Self:
        """Group N slices by the name (N,) of their patient."""
        names, index = np.unique(patients, return_inverse=True)
        return cls(names, index)

    def __len__(self) -> int:
        return len(self.names)

    def sums(self, values: NDArray[np.floating] | NDArray[np.bool_]) -> Numbers:
        """Return (P, …) the sum of values (N, …) over each patient's slices."""
        if not len(self):
            return np.zeros((0, *values.shape[1:]))
        order = np.argsort(self.index, kind="stable")
        starts = np.searchsorted(self.index[order], np.arange(len(self)))
        return np.add.reduceat(values[order], starts, axis=0, dtype=np.float64)

    def means(self, values: NDArray[np.floating]) -> Numbers:
        """Return (P, …) the mean of the defined ones of values (N, …) over each patient's slices.

        NaN where a patient has no defined value.
        """
        return _ratio(self.sums(np.nan_to_num(values)), self.sums(~np.isnan(values)))


def mean_of_patients(means: Numbers) -> Numbers:
    """Return (…) the mean of (P, …) over the patients that have a value, NaN where none has."""
    return _ratio(np.nan_to_num(means).sum(axis=0), np.sum(~np.isnan(means), axis=0))


def _ratio(total: Numbers, count: Numbers | NDArray[np.intp]) -> Numbers:
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
