"""Whether a classifier's probabilities can be believed, and what makes them believable."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from ctviz.models import Calibration
from ctviz.models.answers import Labels, Shares

SUREST = 1e-12
"""A probability nearer to 0 or 1 is taken for this far from it, so that its score is finite."""
LIMITS = ((np.log(0.05), np.log(20.0)), (-10.0, 10.0))
"""Of the logarithm of the temperature, and of the shift: few slices must not give more."""


def fit_calibration(labels: Labels, shares: Shares) -> Calibration:
    """Return what makes uncalibrated probabilities (N,) of held-out slices fit their labels best.

    Both classes count equally, as in balanced accuracy: how rare a class is among those who were
    scanned for research says nothing about another hospital. Least cross-entropy.
    """
    scores = scores_of(shares)
    weights = np.where(labels, 0.5 / labels.sum(), 0.5 / (~labels).sum())
    signs = np.where(labels, 1.0, -1.0)

    def cross_entropy(numbers: NDArray[np.float64]) -> float:
        margin = signs * (scores - numbers[1]) / np.exp(numbers[0])
        return float(weights @ np.logaddexp(0, -margin))

    found = minimize(cross_entropy, np.zeros(2), bounds=LIMITS, method="L-BFGS-B").x
    return Calibration(float(np.exp(found[0])), float(found[1]))


def calibrated(shares: Shares, calibration: Calibration) -> Shares:
    """Return the probabilities that a calibration makes of uncalibrated ones."""
    believed: Shares = expit((scores_of(shares) - calibration.shift) / calibration.temperature)
    return believed


def scores_of(shares: Shares) -> Shares:
    """Return the scores that the probabilities came from."""
    scores: Shares = logit(np.clip(shares, SUREST, 1 - SUREST))
    return scores


def brier(labels: Labels, shares: Shares) -> float:
    """Return the mean squared difference of probability and truth.

    Brier, Verification of forecasts expressed in terms of probability. Monthly Weather Review 78
    (1950).
    """
    return float(np.mean((shares - labels) ** 2))
