"""How good a model's answers are on slices of known class: order, belief, and what looks wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ctviz.models.calibration import ReliabilityBin

Labels = NDArray[np.bool_]
Shares = NDArray[np.float64]

BINS = 10
STILL = 0.05
"""Probabilities that differ by less over all slices say nothing of any."""


def auc(labels: Labels, shares: Shares) -> float:
    """Return the probability that a slice of the second class gets more than one of the first."""
    positive, negative = labels.sum(), (~labels).sum()
    ranks = rankdata(shares)[labels].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))


def reliability(labels: Labels, shares: Shares) -> tuple[ReliabilityBin, ...]:
    """Return what was said and what was found in each tenth of the range that has slices."""
    places = np.minimum((shares * BINS).astype(int), BINS - 1)
    return tuple(
        ReliabilityBin(
            place / BINS,
            (place + 1) / BINS,
            int(inside.sum()),
            float(shares[inside].mean()),
            float(labels[inside].mean()),
        )
        for place in range(BINS)
        if (inside := places == place).any()
    )


def calibration_error(labels: Labels, shares: Shares) -> float:
    """Return the expected calibration error: how far said and found are apart, over ten bins.

    Naeini et al., Obtaining well calibrated probabilities using Bayesian binning. AAAI 2015.
    """
    bins = reliability(labels, shares)
    return sum(each.slices * abs(each.said - each.found) for each in bins) / len(labels)


@dataclass(frozen=True, eq=False)
class KnownAnswers:
    """What a model answers for slices of which the class is known.

    Parameters
    ----------
    classes
        Names of the model's classes.
    truths
        Index of each slice's true class, (N,).
    probabilities
        (N, K).
    """

    classes: Sequence[str]
    truths: NDArray[np.intp]
    probabilities: Shares

    @property
    def right(self) -> int:
        """How many slices get the greatest probability for their true class."""
        return int((self.probabilities.argmax(1) == self.truths).sum())

    def auc_of(self, index: int) -> float | None:
        """Return the AUC of a class against the others; None unless there are slices of both."""
        labels = self.truths == index
        if labels.all() or not labels.any():
            return None
        return auc(labels, self.probabilities[:, index])

    @property
    def constant(self) -> bool:
        """Whether all slices get nearly the same answer; one slice alone cannot tell."""
        return len(self.truths) > 1 and bool(np.ptp(self.probabilities, axis=0).max() < STILL)

    @property
    def flipped(self) -> tuple[str, ...]:
        """Classes whose own slices get less than the others: an AUC below 0.5."""
        if self.constant:
            return ()
        aucs = [(name, self.auc_of(index)) for index, name in enumerate(self.classes)]
        return tuple(name for name, value in aucs if value is not None and value < 0.5)

    def _believed(self) -> tuple[Labels, Shares]:
        """Return whether it was so, and how sure the model was: of two classes, of the second."""
        if len(self.classes) == 2:
            return self.truths == 1, self.probabilities[:, 1]
        answered = self.probabilities.argmax(1)
        return answered == self.truths, self.probabilities.max(1)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: of two classes of the second, else of what is answered."""
        return calibration_error(*self._believed())

    @property
    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """What was said and what was found."""
        return reliability(*self._believed())

    def warnings(self) -> tuple[str, ...]:
        """Return what looks wrong, in sentences."""
        said = []
        if self.constant:
            said.append(
                f"It answers nearly the same for all {len(self.truths)} slices, whatever they "
                "show: the window or the normalisation is not the one that it was trained with."
            )
        if self.flipped:
            said.append(
                f"Slices of {' and '.join(repr(name) for name in self.flipped)} get less for their "
                "own class than the others do (an AUC below 0.5): its classes are in the wrong "
                "order, or the window is wrong."
            )
        return tuple(said)
