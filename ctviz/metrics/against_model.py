"""Fidelity: a map compared with the model whose answer it explains."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctviz.core import Curve, FloatMap, InvalidInput, Progress, Score
from ctviz.metrics.base import Group, Metric, Need, Numbers, T
from ctviz.metrics.evaluator import Evaluator
from ctviz.metrics.given import all_finite, answer_to, array_of, finite_map, numbers_of

Image: TypeAlias = NDArray[np.float32]
"""(C, h, w), 0 (bottom of the window) to 1 (top)."""

Images: TypeAlias = NDArray[np.float32]
"""(N, C, h, w) inputs of the network, 0 to 1."""

Classify: TypeAlias = Callable[[Images], NDArray[np.floating]]
"""Returns the explained class's probability (N,) for images (N, C, h, w)."""

INPUT_NDIM = 4

DECIDED = 0.5
"""A class of this probability or less is not the model's answer."""

ROUNDING = 1e-6
"""How far a probability may lie beyond 0 and 1 for want of digits."""


@dataclass(frozen=True, eq=False)
class Curves:
    """A fidelity score with the curves behind it.

    Parameters
    ----------
    score
        What the curves add up to.
    lines
        The curves by name, none where the metric has no picture. ``mif`` and ``lif``: the class's
        probability over the share of pixels removed, the most important first and the least
        important first. A metric with a single curve calls it by the metric's own name.
    """

    score: Score
    lines: Mapping[str, Curve] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def mif(self) -> Curve:
        """The curve of removing the most important first, where the metric does so."""
        return self.lines["mif"]

    @property
    def lif(self) -> Curve:
        """The curve of removing the least important first, where the metric does so."""
        return self.lines["lif"]


@dataclass(frozen=True)
class FidelityMetric(Metric):
    """A metric that needs the network: whether the map names the pixels that the model uses.

    The arrays are checked here, so a subclass only meets finite maps on the input's grid, and so
    are the model's answers, which must be finite, one for each image.

    Attributes
    ----------
    of_probabilities
        Whether the score is only one of probabilities, 0 to 1. The others compare changes of the
        answer with one another, whatever its unit: log-odds will do.
    """

    group: ClassVar[Group] = "fidelity"
    needs: ClassVar[Need] = "model"
    grid: ClassVar[Literal["scan", "network"]] = "network"
    of_probabilities: ClassVar[bool] = False

    @final
    def evaluated_by(self, evaluator: Evaluator[T]) -> T:
        """Hand itself to what scores by metrics of this kind."""
        return evaluator.against_model(self)

    @final
    def __call__(
        self, values: FloatMap, x: ArrayLike, classify: Classify, progress: Progress | None = None
    ) -> Score:
        """Score a map (h, w) of the input x (1, C, h, w)."""
        return self.curves(values, x, classify, progress).score

    @final
    def curves(
        self, values: FloatMap, x: ArrayLike, classify: Classify, progress: Progress | None = None
    ) -> Curves:
        """Return the score of a map (h, w) of the input x (1, C, h, w) with its curves."""
        return self.curves_many([values], x, classify, progress)[0]

    @final
    def curves_many(
        self,
        maps: Sequence[FloatMap],
        x: ArrayLike,
        classify: Classify,
        progress: Progress | None = None,
    ) -> list[Curves]:
        """Return the curves of several maps (h, w) of one input x (1, C, h, w).

        As if one by one, but what the maps have in common is classified once. Progress counts
        classified images.
        """
        image = checked_input(x)
        checked = [checked_map(values, image) for values in maps]
        if not checked:
            return []
        model = _CheckedAnswers(classify, self.of_probabilities)
        return self.compare(checked, image[0], model, progress or Progress())

    @abstractmethod
    def compare(
        self,
        maps: Sequence[FloatMap],
        image: NDArray[np.float32],
        classify: Classify,
        progress: Progress,
    ) -> list[Curves]:
        """Return the curves of finite maps (h, w) of a finite image (C, h, w)."""


@dataclass(frozen=True)
class _CheckedAnswers:
    """A model whose answers are looked at before they are believed.

    Parameters
    ----------
    classify
        The model.
    of_probabilities
        Whether an answer must lie between 0 and 1.
    """

    classify: Classify
    of_probabilities: bool

    def __call__(self, images: Images) -> Numbers:
        """Return the answers (N,) for images (N, C, h, w), which nobody else holds."""
        number = len(images)
        given = answer_to(lambda: self.classify(images), "The classifier")
        answers = np.array(numbers_of(given, "The classifier's answer"), np.float64)
        if answers.shape != (number,):
            raise InvalidInput(
                f"The classifier must return one probability for each of {number} images, "
                f"not an array of shape {answers.shape}."
            )
        if not all_finite(answers):
            raise InvalidInput(
                "The classifier answered NaN or an infinite number; check the network's weights "
                "and what its input may be."
            )
        if not self.of_probabilities:
            return answers
        if answers.min() < -ROUNDING or answers.max() > 1 + ROUNDING:
            raise InvalidInput(
                f"The classifier answered {answers.min():.3g} to {answers.max():.3g}, which are no "
                "probabilities; return the class's softmax or sigmoid, from 0 to 1."
            )
        return np.clip(answers, 0.0, 1.0)


def checked_input(x: ArrayLike) -> Images:
    """Return one finite image (1, C, h, w) as float32, refusing anything else."""
    given = numbers_of(x, "The input")
    if given.ndim != INPUT_NDIM or given.shape[0] != 1 or not given.size:
        raise InvalidInput(f"The input must be one image (1, C, h, w), not {given.shape}.")
    if not all_finite(given):
        raise InvalidInput("The input contains NaN or infinite pixels; replace them first.")
    return given.astype(np.float32, copy=False)


def checked_map(values: ArrayLike, image: Images) -> FloatMap:
    """Return a finite map (h, w) on the grid of the image (1, C, h, w), refusing anything else."""
    shape = array_of(values, "The map").shape
    if shape != image.shape[2:]:
        raise InvalidInput(
            f"The map has the shape {shape} and the input {image.shape[2:]}; "
            "this metric needs the map on the network's grid."
        )
    return finite_map(values)
