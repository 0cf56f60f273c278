"""How good a model's answers are on slices of known class: order, belief, and what looks wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ctviz.core.results import FOUND, findings_of
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


def labels_of(
    truth: str, classes: Sequence[str], meaning: Mapping[str, str], *, multi_label: bool = False
) -> tuple[int, ...] | None:
    """Return which of a model's classes a slice is known to be of; None if that is not known.

    Parameters
    ----------
    truth
        What is known of it: a class, or of several findings all that are there, ``"none"`` for no
        finding.
    classes
        The model's.
    meaning
        What a known class is called by the model, where it has another name.
    multi_label
        Whether each class is a finding by itself.

    Examples
    --------
    >>> labels_of("Nodule", ("mass", "nodule"), {})
    (1,)
    >>> labels_of("mass; nodule", ("mass", "nodule"), {}, multi_label=True)
    (0, 1)
    >>> labels_of("healthy", ("mass", "nodule"), {"healthy": "none"}, multi_label=True)
    ()
    """
    known = meaning.get(truth, truth)
    if not known:
        return None
    names = [name.strip().casefold() for name in classes]
    wanted = findings_of(known) if multi_label else (known,)
    told = [meaning.get(each, each).strip().casefold() for each in wanted]
    found = [names.index(each) for each in told if each and names.count(each) == 1]
    if not found and wanted:
        return None
    return tuple(sorted(set(found)))


@dataclass(frozen=True, eq=False)
class KnownAnswers:
    """What a model answers for slices of which the classes are known.

    Parameters
    ----------
    classes
        Names of the model's classes.
    labels
        Whether each slice is of each class, (N, K): of one, or of none or several findings.
    probabilities
        (N, K).
    multi_label
        Whether each class is a finding by itself.
    """

    classes: Sequence[str]
    labels: Labels
    probabilities: Shares
    multi_label: bool = False

    @classmethod
    def of(
        cls,
        classes: Sequence[str],
        known: Sequence[Sequence[int]],
        probabilities: Shares,
        *,
        multi_label: bool = False,
    ) -> Self:
        """Return the answers for slices of each of which it is ``known`` of which classes it is."""
        labels = np.array([[k in each for k in range(len(classes))] for each in known])
        return cls(classes, labels, probabilities, multi_label)

    @property
    def right(self) -> int:
        """How many slices get the greatest probability for their class, or all their findings."""
        if self.multi_label:
            return int(((self.probabilities >= FOUND) == self.labels).all(1).sum())
        places = self.probabilities.argmax(1)
        return int(self.labels[np.arange(len(places)), places].sum())

    def right_of(self, index: int) -> int:
        """Return for how many slices it is right about one finding."""
        said = self.probabilities[:, index] >= FOUND
        return int((said == self.labels[:, index]).sum())

    def auc_of(self, index: int) -> float | None:
        """Return the AUC of a class against the others; None unless there are slices of both."""
        labels = self.labels[:, index]
        if labels.all() or not labels.any():
            return None
        return auc(labels, self.probabilities[:, index])

    @property
    def constant(self) -> bool:
        """Whether all slices get nearly the same answer; one slice alone cannot tell."""
        return bool(self._still.all())

    @property
    def unmoved(self) -> tuple[str, ...]:
        """Findings of which it says nearly the same for all slices, though not of all."""
        if not self.multi_label or self.constant:
            return ()
        return tuple(name for name, still in zip(self.classes, self._still, strict=True) if still)

    @property
    def _still(self) -> Labels:
        several = len(self.probabilities) > 1
        moved: Labels = np.ptp(self.probabilities, axis=0) < STILL
        return moved & several

    @property
    def flipped(self) -> tuple[str, ...]:
        """Classes whose own slices get less than the others: an AUC below 0.5."""
        if self.constant:
            return ()
        aucs = [(name, self.auc_of(index)) for index, name in enumerate(self.classes)]
        return tuple(
            name
            for name, value in aucs
            if value is not None and value < 0.5 and name not in self.unmoved
        )

    def _believed(self) -> tuple[Labels, Shares]:
        """Return whether it was so, and how sure the model was.

        Of two classes, of the second; of more, of what is answered; of findings, of each.
        """
        if self.multi_label:
            return self.labels.ravel(), self.probabilities.ravel()
        if len(self.classes) == 2:
            return self.labels[:, 1], self.probabilities[:, 1]
        answered = self.probabilities.argmax(1)
        return self.labels[np.arange(len(answered)), answered], self.probabilities.max(1)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error of what `reliability` tells."""
        return calibration_error(*self._believed())

    def calibration_error_of(self, index: int) -> float:
        """Return the expected calibration error of one class's probability."""
        return calibration_error(self.labels[:, index], self.probabilities[:, index])

    @property
    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """What was said and what was found: of two classes of the second, of more of the answer.

        Of several findings of each of them.
        """
        return reliability(*self._believed())

    def warnings(self) -> tuple[str, ...]:
        """Return what looks wrong, in sentences."""
        said = []
        if self.constant:
            said.append(
                f"It answers nearly the same for all {len(self.labels)} slices, whatever they "
                "show: the window or the normalisation is not the one that it was trained with."
            )
        if self.unmoved:
            said.append(
                f"It says nearly the same of {_named(self.unmoved)} for all {len(self.labels)} "
                "slices, whatever they show."
            )
        if self.flipped:
            said.append(
                f"Slices of {_named(self.flipped)} get less for their "
                "own class than the others do (an AUC below 0.5): its classes are in the wrong "
                "order, or the window is wrong."
            )
        return tuple(said)


def _named(names: Sequence[str]) -> str:
    return " and ".join(repr(name) for name in names)
