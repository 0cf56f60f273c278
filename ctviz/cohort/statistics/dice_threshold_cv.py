"""Dice at the share of the image to keep, chosen on other patients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.patients import Names, Numbers, Patients, mean_of_patients
from ctviz.core import InvalidInput, InvalidParameter

_FEWEST_FOLDS = 2


@dataclass(frozen=True, eq=False)
class KeptShare:
    """Dice of E entrants, each at the share kept that served it best on other patients.

    Parameters
    ----------
    dice
        (N, E) Dice of each slice at the share chosen without its patient; NaN where undefined.
    chosen
        (F, E) the share chosen for each fold; NaN where the other patients have no curve.
    folds
        (N,) the fold in which each slice is held out.
    held_out
        (E,) mean over patients of ``dice``.
    best_share
        (E,) the share that is best on all patients.
    in_sample
        (E,) the mean Dice there, chosen and measured on the same patients: optimistic.
    """

    dice: Numbers
    chosen: Numbers
    folds: NDArray[np.intp]
    held_out: Numbers
    best_share: Numbers
    in_sample: Numbers


def cross_validated_share(
    curves: Numbers, shares: Numbers, patients: Names, folds: int = 5, seed: int = 0
) -> KeptShare:
    """Choose the share to keep on other patients and measure Dice (N, E, P) on those held out.

    Cross-validation (Stone, JRSS B 1974, doi:10.1111/j.2517-6161.1974.tb00994.x) over whole
    patients, dealt to the folds at random by ``seed``. For each fold and entrant that one of P
    ``shares`` is taken whose mean Dice over the other patients is largest, the smallest of equals.
    With fewer patients than folds each is held out alone; a single patient has no others, and
    its Dice is undefined. A slice is undefined for an entrant where any point of its curve is NaN.
    """
    curves, shares = np.asarray(curves, float), np.asarray(shares, float)
    if curves.ndim != 3 or curves.shape[::2] != (len(patients), len(shares)):
        raise InvalidInput("Give Dice (slices, entrants, shares), a patient per slice.")
    if folds < _FEWEST_FOLDS:
        raise InvalidParameter(f"{folds} folds hold nobody out; give two or more.")
    curves = np.where(np.isnan(curves).any(axis=2, keepdims=True), np.nan, curves)
    grouping = Patients.of(np.asarray(patients, np.str_))
    means = grouping.means(curves)
    dealt = _deal(len(grouping), folds, seed)
    dice = np.full(curves.shape[:2], np.nan)
    chosen = np.full((min(folds, len(grouping)), curves.shape[1]), np.nan)
    for fold in range(len(chosen)):
        best = _best(means[dealt != fold])
        chosen[fold] = _at(shares, best)
        held_out = dealt[grouping.index] == fold
        dice[held_out] = _dice_at(curves[held_out], best)
    best, average = _best(means), mean_of_patients(means)
    return KeptShare(
        dice=dice,
        chosen=chosen,
        folds=dealt[grouping.index],
        held_out=mean_of_patients(grouping.means(dice)),
        best_share=_at(shares, best),
        in_sample=_dice_at(average[None], best)[0],
    )


def _deal(patients: int, folds: int, seed: int) -> NDArray[np.intp]:
    """Return (P,) the fold of each patient; folds differ by at most one patient."""
    order = np.random.default_rng(seed).permutation(patients)
    dealt = np.empty(patients, dtype=np.intp)
    dealt[order] = np.arange(patients) % folds
    return dealt


def _best(means: Numbers) -> NDArray[np.intp]:
    """Return (E,) the place of the best share on patients (P, E, S), -1 where none has a curve."""
    average = mean_of_patients(means)
    known = ~np.isnan(average).any(axis=-1)
    best: NDArray[np.intp] = np.where(known, np.argmax(np.nan_to_num(average), axis=-1), -1)
    return best


def _at(shares: Numbers, best: NDArray[np.intp]) -> Numbers:
    return np.where(best >= 0, shares[best], np.nan)


def _dice_at(curves: Numbers, best: NDArray[np.intp]) -> Numbers:
    """Return (N, E) the points of curves (N, E, S) at each entrant's best share."""
    points = np.take_along_axis(curves, best[None, :, None], axis=2)[:, :, 0]
    return np.where(best >= 0, points, np.nan)
