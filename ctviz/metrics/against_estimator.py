"""Behaviour of an estimator: its map compared with its maps under changed circumstances."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, final

import numpy as np
from numpy.typing import ArrayLike

from ctviz.core import FloatMap, InvalidInput, Progress, Score, UnsupportedNetwork
from ctviz.metrics.against_model import Curves, Images, checked_input, checked_map
from ctviz.metrics.base import Group, Metric, Need, Numbers, T
from ctviz.metrics.evaluator import Evaluator
from ctviz.metrics.given import all_finite, answer_to, numbers_of


class Again(Protocol):
    """Asks the estimator for its map once more: of the same class, in changed circumstances.

    The estimator raises `UnsupportedNetwork` where it refuses to answer. A map with NaN means that
    it did answer, but with nothing that can be read.
    """

    @property
    def seed(self) -> int | None:
        """The estimator's own seed; None if it has none."""

    @property
    def twins(self) -> int:
        """How many twins the model has: networks trained alike on other patients."""

    @property
    def targets(self) -> tuple[int, int]:
        """The explained class's index, and of how many classes that the network scores apart.

        Of a single output neuron that is 1: the other class's score is its own turned round.
        """

    @property
    def multi_label(self) -> bool:
        """Whether each class is a finding by itself, which is there if its score is not below 0."""

    def scores(self, x: Images) -> Numbers:
        """Return the network's class scores (K,) of an input (1, C, h, w)."""

    def features(self, x: Images) -> Numbers:
        """Return the network's features (D,) of an input (1, C, h, w), as its head reads them."""

    def __call__(
        self,
        x: Images | None = None,
        seed: int | None = None,
        randomised: float = 0.0,
        twin: int = 0,
        target: int | None = None,
    ) -> FloatMap:
        """Return the map (h, w), read with the sign with which the first one was read.

        Parameters
        ----------
        x
            Another input (1, C, h, w) in place of the slice's own.
        seed
            Another seed in place of the estimator's own.
        randomised
            The share of the network's layers, from the output towards the input, that forget what
            they learnt; any share above 0 takes the output layer at least.
        twin
            Which twin is asked in place of the model, 1 to ``twins``; 0 asks the model itself.
        target
            Another class in place of the explained one.
        """


@dataclass(frozen=True)
class BehaviourMetric(Metric):
    """A metric that needs the estimator itself: what becomes of its map when something changes.

    The arrays are checked here, so a subclass only meets a finite map on the input's grid. Where
    the estimator refuses a changed question there is no score, and its reason is said.

    Attributes
    ----------
    asks_twins
        Whether the model's twins are asked too, so that a score is theirs as much as the model's.
    """

    asks_twins: ClassVar[bool] = False
    group: ClassVar[Group] = "behaviour"
    needs: ClassVar[Need] = "estimator"
    grid: ClassVar[Literal["scan", "network"]] = "network"

    @final
    def evaluated_by(self, evaluator: Evaluator[T]) -> T:
        """Hand itself to what scores by metrics of this kind."""
        return evaluator.against_estimator(self)

    @property
    @abstractmethod
    def maps(self) -> int:
        """How many further maps of the estimator it takes at most, which is what it costs."""

    @final
    def __call__(
        self, values: FloatMap, x: ArrayLike, again: Again, progress: Progress | None = None
    ) -> Score:
        """Score the estimator that gave a map (h, w) of the input x (1, C, h, w)."""
        return self.curves(values, x, again, progress).score

    @final
    def curves(
        self, values: FloatMap, x: ArrayLike, again: Again, progress: Progress | None = None
    ) -> Curves:
        """Return the score with its curves; progress counts the further maps."""
        image = checked_input(x)
        values = checked_map(values, image)
        progress = progress or Progress()
        progress.start(self.maps)
        try:
            return self.observe(values, image, _Counting(again, values.shape, progress))
        except UnsupportedNetwork as error:
            return Curves(Score.undefined(f"There is no map to compare with: {error}"))

    @abstractmethod
    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the score of a finite map (h, w) of a finite input (1, C, h, w)."""


@dataclass(frozen=True)
class _Counting:
    """Asks again, counts how often, and looks at what comes; NaN is for the metric to judge."""

    again: Again
    shape: tuple[int, ...]
    progress: Progress

    @property
    def seed(self) -> int | None:
        """The estimator's own seed."""
        return self.again.seed

    @property
    def twins(self) -> int:
        """How many twins the model has."""
        return self.again.twins

    @property
    def targets(self) -> tuple[int, int]:
        """The explained class, and of how many."""
        return self.again.targets

    @property
    def multi_label(self) -> bool:
        """Whether each class is a finding by itself."""
        return self.again.multi_label

    def scores(self, x: Images) -> Numbers:
        """Return the network's class scores (K,)."""
        return _finite(self.again.scores(x), "The network's class scores")

    def features(self, x: Images) -> Numbers:
        """Return the network's features (D,)."""
        return _finite(self.again.features(x), "The network's features")

    def __call__(
        self,
        x: Images | None = None,
        seed: int | None = None,
        randomised: float = 0.0,
        twin: int = 0,
        target: int | None = None,
    ) -> FloatMap:
        """Return the map."""
        asked = (x, seed, randomised, twin, target)
        given = answer_to(lambda: self.again(*asked), "The estimator")
        values = numbers_of(given, "The estimator's map")
        if values.shape != self.shape:
            raise InvalidInput(
                f"The estimator answered with a map of the shape {values.shape} where its first "
                f"one had {self.shape}."
            )
        self.progress.advance()
        return values


def _finite(given: Numbers, what: str) -> Numbers:
    numbers = np.asarray(numbers_of(given, what), np.float64).ravel()
    if not numbers.size or not all_finite(numbers):
        raise InvalidInput(f"{what} must be finite numbers; check the network's weights.")
    return numbers
