"""How good a classifier is: patient-wise folds, balanced accuracy, AUC, and their intervals."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ctviz.core import InvalidInput
from ctviz.core.chance import unseen
from ctviz.core.spread import Spread
from ctviz.models.answers import Labels, Shares

BOOTSTRAP = 2000
TAIL = 0.025
"""Of a 95 % interval, on either side."""

_ROUNDING = 1e-10
_COPIES = 1000


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


def patient_interval(
    measure: Callable[[Labels, Shares], float],
    labels: Labels,
    shares: Shares,
    patients: NDArray[np.str_],
    draws: int = BOOTSTRAP,
) -> tuple[float, float]:
    """Return the 95 % interval of a figure, 0 to 1, by drawing patients anew, with their slices.

    As far as the spread of the draws says (`Spread`), and as wide as the class with fewest patients
    demands. Where all patients of a class are alike to the figure, as those of a class without a
    mistake are, as many as so few can have missed (`unseen`) may be answered wrong: what the figure
    would be then leaves room beside what the draws say. One patient of a class says nothing of
    others, and the interval is all that the figure can be.
    """
    fewest = min(len(np.unique(patients[own])) for own in (labels, ~labels))
    if not fewest:
        raise InvalidInput("Patients of both classes are needed to say how sure a figure is.")
    if fewest == 1:
        return 0.0, 1.0
    generator = np.random.default_rng(0)
    slices_of = [np.flatnonzero(patients == name) for name in np.unique(patients)]
    figures = np.full(draws, np.nan)
    for place in range(draws):
        drawn = generator.integers(len(slices_of), size=len(slices_of))
        chosen = np.concatenate([slices_of[index] for index in drawn])
        if labels[chosen].any() and not labels[chosen].all():
            figures[place] = measure(labels[chosen], shares[chosen])
    figure = measure(labels, shares)
    below, above = Spread.of(figures, fewest).reach(-stdtrit(fewest - 1, TAIL))
    moves = np.array([_unseen_move(measure, labels, shares, patients, own) for own in (0, 1)])
    low = figure - np.hypot(below, np.linalg.norm(np.minimum(moves, 0.0)))
    high = figure + np.hypot(above, np.linalg.norm(np.maximum(moves, 0.0)))
    return float(np.maximum(low, 0.0)), float(np.minimum(high, 1.0))


def _unseen_move(
    measure: Callable[[Labels, Shares], float],
    labels: Labels,
    shares: Shares,
    patients: NDArray[np.str_],
    label: int,
) -> float:
    """Return by how much patients of a class whom nobody saw can move a figure.

    0 unless the figure is the same without any one patient's slices of the class.
    """
    figure, own = measure(labels, shares), labels == bool(label)
    for name in np.unique(patients[own]):
        others = ~own | (patients != name)
        if abs(measure(labels[others], shares[others]) - figure) > _ROUNDING:
            return 0.0
    copies = -(-_COPIES // int(own.sum()))
    told, said = np.tile(labels, copies), np.tile(shares, (copies,) + (1,) * (shares.ndim - 1))
    members = np.flatnonzero(np.tile(own, copies))
    missed = round(unseen(len(np.unique(patients[own]))) * len(members))
    said[members[:missed]] = 1.0 - label
    return measure(told, said) - figure
