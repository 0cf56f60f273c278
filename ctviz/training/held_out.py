"""What networks said of slices that they had not seen, and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.models import Calibration, MeasuredFigure, ReliabilityBin
from ctviz.models.answers import Labels, Shares, auc, calibration_error, reliability
from ctviz.models.card import BRIER, CALIBRATION_ERROR
from ctviz.training.calibrating import brier, calibrated, fit_calibration
from ctviz.training.measuring import rounded
from ctviz.training.validation import balanced_accuracy, patient_interval

Figure: TypeAlias = Callable[[Labels, Shares], float]

CALIBRATED = " Calibrated by the slices of the other folds."


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The answers of a cross-validation.

    Parameters
    ----------
    labels, patients
        (N,) of the slices.
    shares
        (N, repeats) probability of the second class by a network that had not seen the patient.
    folds
        (N, repeats) which network said it.
    """

    labels: Labels
    patients: NDArray[np.str_]
    shares: Shares
    folds: NDArray[np.intp]

    def calibration(self) -> Calibration:
        """Return what makes the probabilities fit the truth."""
        return self._fitted(np.ones_like(self.folds, bool))

    def believable(self) -> Shares:
        """Return the probabilities (N, repeats), each calibrated by other patients than its own."""
        shares = np.empty_like(self.shares)
        for repeat in range(self.shares.shape[1]):
            for fold in np.unique(self.folds[:, repeat]):
                others = np.zeros_like(self.folds, bool)
                inside = self.folds[:, repeat] == fold
                others[~inside, repeat] = True
                fitted = self._fitted(others)
                shares[inside, repeat] = calibrated(self.shares[inside, repeat], fitted)
        return shares

    def measured(self, on: str, how: str) -> tuple[MeasuredFigure, ...]:
        """Return how good the networks were.

        Parameters
        ----------
        on, how
            The slices and the procedure, in words.
        """
        believable = self.believable()
        return (
            self._measured(
                "balanced accuracy", balanced_accuracy, believable, on, how + CALIBRATED
            ),
            self._measured("balanced accuracy", balanced_accuracy, self.shares, on, how),
            self._measured("AUC", auc, self.shares, on, how),
            self._measured(CALIBRATION_ERROR, calibration_error, believable, on, how + CALIBRATED),
            self._measured(BRIER, brier, believable, on, how + CALIBRATED),
        )

    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """Return what was said and what was found, all repeats together."""
        labels = np.repeat(self.labels[:, None], self.shares.shape[1], axis=1)
        return reliability(labels.ravel(), self.believable().ravel())

    def _fitted(self, which: NDArray[np.bool_]) -> Calibration:
        """Return the calibration by some answers; as the network if they are of one class."""
        labels = np.broadcast_to(self.labels[:, None], self.shares.shape)[which]
        if labels.all() or not labels.any():
            return Calibration()
        return fit_calibration(labels, self.shares[which])

    def _measured(
        self, quantity: str, figure: Figure, shares: Shares, on: str, how: str
    ) -> MeasuredFigure:
        def averaged(labels: Labels, drawn: Shares) -> float:
            return float(np.mean([figure(labels, each) for each in drawn.T]))

        interval = patient_interval(averaged, self.labels, shares, self.patients)
        value = averaged(self.labels, shares)
        return MeasuredFigure(quantity, round(value, 4), rounded(interval), on, how)
