"""What is computed from a slice: Prediction, ImportanceMap, Score and Curve."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctviz.core.arrays import FloatMap, digest, frozen

Sign: TypeAlias = Literal["signed", "absolute"]
"""How a map is read before it is scored or shown; a view, never another algorithm."""

SIGNS: tuple[Sign, ...] = ("signed", "absolute")

FOUND = 0.5
"""Probability from which a model that judges each finding by itself is said to find it."""
NOTHING_FOUND = "none"
"""Stands for the classes of a slice on which there is none of several findings."""
BETWEEN = ";"
"""Stands between findings of one slice, in labels and in answers."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """A classifier's answer for one slice.

    Parameters
    ----------
    model_id
        Which model answered.
    classes
        K class names.
    probabilities
        (K,) in the order of the classes. They sum to one, unless each is a finding by itself.
    multi_label
        Whether each class is a finding by itself, of which none or several may be there.
    """

    model_id: str
    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    multi_label: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "probabilities", frozen(np.asarray(self.probabilities), np.float64)
        )

    @property
    def target(self) -> int:
        """Index of the most probable class."""
        return int(np.argmax(self.probabilities))

    @property
    def found(self) -> tuple[int, ...]:
        """Indices of the classes that it answers: the most probable, or the findings, if any."""
        if not self.multi_label:
            return (self.target,)
        return tuple(map(int, np.flatnonzero(self.probabilities >= FOUND)))

    @property
    def label(self) -> str:
        """Name of the most probable class; of several findings those that are found, or "none".

        >>> shares = np.array([0.7, 0.2, 0.9])
        >>> Prediction("m", ("nodule", "effusion", "mass"), shares, multi_label=True).label
        'nodule; mass'
        """
        return f"{BETWEEN} ".join(self.classes[index] for index in self.found) or NOTHING_FOUND

    @property
    def confidence(self) -> float:
        """Probability of the most probable class."""
        return float(self.probabilities[self.target])

    @property
    def told(self) -> tuple[tuple[str, float], ...]:
        """What it answers with its probability, the most probable first: a class, or all findings.

        Where there is no finding, how probable the likeliest is.

        >>> shares = np.array([0.1, 0.3])
        >>> Prediction("m", ("nodule", "mass"), shares, multi_label=True).told
        (('none; likeliest mass', 0.3),)
        """
        found = sorted(self.found, key=lambda index: -self.probabilities[index])
        likeliest = f"{NOTHING_FOUND}; likeliest {self.classes[self.target]}"
        return tuple(
            (self.classes[index], float(self.probabilities[index])) for index in found
        ) or ((likeliest, self.confidence),)

    def spelled(self, truth: str) -> str:
        """Return what a slice is known to be as `label` would say it."""
        if not self.multi_label:
            return truth
        known = sorted(findings_of(truth), key=lambda name: (*self.classes, name).index(name))
        return f"{BETWEEN} ".join(known) or NOTHING_FOUND

    def is_right(self, truth: str) -> bool:
        """Whether it answers what a slice is known to be: of several findings all and no other."""
        return self.spelled(truth) == self.label


def findings_of(truth: str) -> tuple[str, ...]:
    """Return the findings that a slice is known to have.

    >>> findings_of("nodule; effusion"), findings_of("nodule"), findings_of("none")
    (('nodule', 'effusion'), ('nodule',), ())
    """
    parts = (part.strip() for part in truth.split(BETWEEN))
    return tuple(part for part in parts if part and part.casefold() != NOTHING_FOUND)


def log_odds(prediction: Prediction, target: int) -> float:
    r"""Return :math:`\ln p_t - \ln \sum_{k \ne t} p_k` of a class, or of a finding and its absence.

    Of a network with one output neuron z this is z or -z, and of one of several findings its own
    output: the class score that estimators explain, which still moves where the probability is all
    but 1.
    """
    probabilities = prediction.probabilities
    if prediction.multi_label:
        probabilities = np.array([probabilities[target], 1 - probabilities[target]])
        target = 0
    others = np.delete(probabilities, target).sum()
    # Nobody is surer than the smallest number there is.
    least = np.finfo(np.float64).tiny
    chosen = probabilities[target]
    return float(np.log(max(chosen, least)) - np.log(max(others, least)))


@dataclass(frozen=True, eq=False)
class ImportanceMap:
    """An estimator's signed answer for one slice: positive speaks for the target class.

    Parameters
    ----------
    values
        (H, W) float32 on the scan's grid.
    estimator
        The estimator's name.
    seconds
        What it cost to compute, its share where passes were shared.
    native
        (h, w) float32 on the network's grid, where it was computed.
    completeness_gap
        How far the native map's sum is from the change of the class score along its path, as a
        share of that change; None where the sum need not be one.
    on_neighbours
        Share of its strength that lies on neighbouring slices, where a network sees some and the
        estimator tells them apart; else None.
    """

    values: FloatMap
    estimator: str
    seconds: float = 0.0
    native: FloatMap | None = None
    completeness_gap: float | None = None
    on_neighbours: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(np.asarray(self.values), np.float32))
        if self.native is not None:
            object.__setattr__(self, "native", frozen(np.asarray(self.native), np.float32))

    @cached_property
    def digest(self) -> str:
        """The sha256 of its values: scores of a map are found by it, again and again."""
        return digest(self.values)

    @cached_property
    def least(self) -> float:
        """The least number of it on any grid."""
        grids = [self.values, *([] if self.native is None else [self.native])]
        return min(float(values.min()) for values in grids)

    def native_digest(self, sign: Sign) -> str:
        """Return the sha256 of the native map, read with its sign or without."""
        return self._magnitude_digest if sign == "absolute" else self._native_digest

    @cached_property
    def _native_digest(self) -> str:
        return "" if self.native is None else digest(self.native)

    @cached_property
    def _magnitude_digest(self) -> str:
        return "" if self.native is None else digest(np.abs(self.native))


def signed_view(values: FloatMap, sign: Sign) -> FloatMap:
    """Return the map as it is (``signed``) or its magnitude (``absolute``)."""
    return np.abs(values) if sign == "absolute" else values


@dataclass(frozen=True)
class Score:
    """A metric's answer for one map: a number, or the reason why there is none.

    >>> Score(0.7).value
    0.7
    >>> Score.undefined("The region is empty.").why
    'The region is empty.'
    """

    value: float | None
    why: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("A score is a finite number or undefined with its reason.")
        if self.value is None and not self.why:
            raise ValueError("An undefined score must say why.")

    @classmethod
    def undefined(cls, why: str) -> Self:
        """Return the score that has no value, for a reason a reader can understand."""
        return cls(None, why)

    @property
    def defined(self) -> bool:
        """Whether there is a number."""
        return self.value is not None


@dataclass(frozen=True, eq=False)
class Curve:
    """The picture behind a score.

    Parameters
    ----------
    x, y
        (N,) float64.
    area
        The area under the curve as its metric defines it.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    area: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", frozen(np.asarray(self.x), np.float64))
        object.__setattr__(self, "y", frozen(np.asarray(self.y), np.float64))

    @classmethod
    def of(cls, x: ArrayLike, y: ArrayLike) -> Self:
        """Return the curve through the points with its area by the trapezoidal rule."""
        xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
        return cls(xs, ys, float(np.trapezoid(ys, xs)))
