"""How good a classifier is: patient-wise folds, balanced accuracy, AUC, and their intervals."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ctviz.core import InvalidInput
from ctviz.core.chance import unseen

BOOTSTRAP = 2000

Labels = NDArray[np.bool_]
Shares = NDArray[np.float64]


def patient_folds(
    labels: Labels, patients: NDArray[np.str_], *, folds: int, seed: int
) -> NDArray[np.intp]:
    """Return the fold (N,) of every slice: whole patients, both classes spread evenly.

    Patients are taken largest first, in random order among equals; each goes to the fold that
    then differs least from the others in its numbers of slices per class.
    """
    draw = np.random.default_rng(seed)
    names = draw.permutation(np.unique(patients))
    counts = np.array(
        [[np.sum((patients == name) & (labels == label)) for label in (0, 1)] for name in names]
    )
    filled = np.zeros((folds, 2))
    fold_of = np.empty(len(labels), np.intp)
    for index in np.argsort(-counts.sum(axis=1), kind="stable"):
        spread = [
            (filled + counts[index] * (np.arange(folds) == fold)[:, None]).std(axis=0).sum()
            for fold in range(folds)
        ]
        best = int(np.argmin(spread))
        filled[best] += counts[index]
        fold_of[patients == names[index]] = best
    return fold_of


def balanced_accuracy(labels: Labels, shares: Shares) -> float:
    """Return the accuracy averaged over both classes, of probabilities cut at one half."""
    right = (shares > 0.5) == labels
    return float((right[labels].mean() + right[~labels].mean()) / 2)


def auc(labels: Labels, shares: Shares) -> float:
    """Return the probability that a slice of the second class gets more than one of the first."""
    positive, negative = labels.sum(), (~labels).sum()
    ranks = rankdata(shares)[labels].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))


def patient_interval(
    measure: Callable[[Labels, Shares], float],
    labels: Labels,
    shares: Shares,
    patients: NDArray[np.str_],
) -> tuple[float, float]:
    """Return the 95 % interval of a figure, 0 to 1, by drawing patients anew, with their slices.

    Where every draw gives the same figure, as that of a model without a mistake does, the interval
    allows for patients whom so few of the rarer class can have missed (`unseen`).
    """
    draw = np.random.default_rng(0)
    slices_of = [np.flatnonzero(patients == name) for name in np.unique(patients)]
    figures = []
    for _ in range(BOOTSTRAP):
        drawn = draw.integers(len(slices_of), size=len(slices_of))
        chosen = np.concatenate([slices_of[index] for index in drawn])
        if labels[chosen].all() or not labels[chosen].any():
            continue
        figures.append(measure(labels[chosen], shares[chosen]))
    if not figures:
        raise InvalidInput("Patients of both classes are needed to say how sure a figure is.")
    low, high = np.percentile(figures, (2.5, 97.5))
    if low == high:
        missed = unseen(min(len(np.unique(patients[own])) for own in (labels, ~labels)))
        return float(low - missed * low), float(high + missed * (1 - high))
    return float(low), float(high)
