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
        (K,) in the order of the classes, summing to one.
    """

    model_id: str
    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "probabilities", frozen(np.asarray(self.probabilities), np.float64)
        )

    @property
    def target(self) -> int:
        """Index of the most probable class."""
        return int(np.argmax(self.probabilities))

    @property
    def label(self) -> str:
        """Name of the most probable class."""
        return self.classes[self.target]

    @property
    def confidence(self) -> float:
        """Probability of the most probable class."""
        return float(self.probabilities[self.target])


def log_odds(prediction: Prediction, target: int) -> float:
    r"""Return :math:`\ln p_t - \ln \sum_{k \ne t} p_k` of a class.

    Of a network with one output neuron z this is z or -z: the class score that estimators explain,
    which still moves where the probability is all but 1.
    """
    others = np.delete(prediction.probabilities, target).sum()
    # Nobody is surer than the smallest number there is.
    least = np.finfo(np.float64).tiny
    chosen = prediction.probabilities[target]
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
    """

    values: FloatMap
    estimator: str
    seconds: float = 0.0
    native: FloatMap | None = None
    completeness_gap: float | None = None

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
