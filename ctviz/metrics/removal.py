"""Removing pixels in a map's order and watching the class's probability."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Curve, CurvePanel, FloatMap, Progress, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric, Image
from ctviz.metrics.base import CONSTANT, Numbers, is_constant
from ctviz.metrics.batches import probabilities
from ctviz.metrics.erasing import erase
from ctviz.metrics.fills import CHOICES, Filler, fillers, tried
from ctviz.metrics.remembered import Remembered

Order: TypeAlias = Literal["mif", "lif"]
"""Which pixels are removed first: the most or the least important."""

Ranks: TypeAlias = NDArray[np.intp]
"""(h, w) each pixel's place in an order, from 0."""


def both_orders(
    title: str, y: str = "probability", y_range: tuple[float, float] | None = (0.0, 1.0)
) -> CurvePanel:
    """Return the frame of a metric that removes pixels in both orders."""
    note = "removed first: most important (solid), least important (dotted)"
    return CurvePanel(title, note, "share removed", y, y_range=y_range, beside=("lif",))


@dataclass(frozen=True)
class RemovalMetric(FidelityMetric):
    """A metric that removes a growing share of the pixels and reads the probability's curve.

    Both curves begin at the untouched image and end at the filled one. Pixels of equal importance
    are removed in an order drawn from ``seed``, so that the image's top is not favoured; the
    least important first is the exact reverse of the most important first. A constant map ranks
    no pixel above another and has no score.
    """

    orders: ClassVar[tuple[Order, ...]] = ("mif", "lif")
    of_probabilities: ClassVar[bool] = True

    step: float = param(
        0.025, low=0.005, high=0.5, help="Share of the pixels removed at a time. Less is slower."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Order of equally important pixels.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    @abstractmethod
    def fillers(self, image: Image) -> list[Filler]:
        """Return fills of an image (C, h, w); the one that lowers the probability most is used."""

    @property
    def candidates(self) -> int:
        """How many `fillers` there are."""
        return 1

    @abstractmethod
    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the score of the curves over the share removed, one for each of ``orders``."""

    def passes(self, maps: int, size: tuple[int, int]) -> int:
        """Return the ends, which all maps share, and what lies between them for each map."""
        between = len(_counts(int(np.prod(size)), self.step)) - 2
        return 1 + self.candidates + maps * len(self.orders) * between

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return the curves of every map; untouched and filled image are classified once."""
        counts = _counts(maps[0].size, self.step)
        progress.start(self.passes(len(maps), image.shape[1:]))
        erased = erase(image, self.fillers(image), classify, self.batch, progress)

        def heights(values: FloatMap) -> Numbers:
            # No batch spans two maps: a network's last digits depend on the batch's size, and a
            # map's score must not depend on what is asked together with it.
            images = self._perturbed(erased.fill, values, counts[1:-1])
            between = probabilities(images, classify, self.batch, progress)
            rows = between.reshape(len(self.orders), len(counts) - 2)
            return np.insert(rows, [0, len(counts) - 2], [erased.untouched, erased.filled], axis=1)

        shares = counts / maps[0].size
        return [self._curves(values, shares, heights(values)) for values in maps]

    def _perturbed(
        self, fill: Filler, values: FloatMap, counts: NDArray[np.intp]
    ) -> Iterator[Image]:
        """Yield the images of a map, order by order, at all counts."""
        most_first = removal_order(values, self.seed)
        orders = {"mif": most_first, "lif": most_first[::-1]}
        for order in self.orders:
            removed = np.zeros(values.size, bool)
            for done, count in pairwise([0, *counts]):
                removed[orders[order][done:count]] = True
                yield fill(removed.reshape(values.shape))

    def _curves(self, values: FloatMap, shares: Numbers, heights: Numbers) -> Curves:
        """Return the score and curves of a map from its probabilities (orders, shares)."""
        lines = (Curve.of(shares, line) for line in heights)
        curves = self.judge(dict(zip(self.orders, lines, strict=True)))
        return replace(curves, score=CONSTANT) if is_constant(values) else curves


@dataclass(frozen=True)
class FillMetric(RemovalMetric):
    """A metric that replaces removed pixels by a fill of the reader's choice."""

    fill: str = param("paper", choices=CHOICES, help="What replaces removed pixels.")

    @property
    def candidates(self) -> int:
        """The paper's fill chooses between two."""
        return len(tried(self.fill))

    def fillers(self, image: Image) -> list[Filler]:
        """Return the chosen fill; the paper's chooses between dark and bright."""
        return fillers(self.fill, image)


def removal_ranks(values: FloatMap, seed: int) -> Ranks:
    """Return each pixel's place (h, w) in the order of removal, the most important at 0."""
    ranks = np.empty(values.size, np.intp)
    ranks[removal_order(values, seed)] = np.arange(values.size)
    return ranks.reshape(values.shape)


def _removal_order(values: FloatMap, seed: int) -> NDArray[np.intp]:
    """Return the pixels' numbers (h·w,) in the order of removal, the most important first."""
    shuffled = np.random.default_rng(seed).permutation(values.size)
    order = shuffled[np.argsort(values.ravel()[shuffled], kind="stable")[::-1]]
    order.flags.writeable = False
    return order


removal_order = Remembered(_removal_order, maps=32)
"""Metrics that differ in their fills alone remove the same pixels."""


def _counts(pixels: int, step: float) -> NDArray[np.intp]:
    """Return the numbers of pixels removed, from none to all."""
    shares = np.append(np.arange(0.0, 1.0, step), 1.0)
    return np.unique(np.rint(shares * pixels).astype(np.intp))
