"""How fast a model's answer comes back with the information that a map lets return first."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ctviz.core import Curve, FloatMap, Progress, Score, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric, Image
from ctviz.metrics.base import CONSTANT, Numbers, is_constant
from ctviz.metrics.batches import probabilities
from ctviz.metrics.erasing import Erased, erase
from ctviz.metrics.fills import CHOICES, fillers, tried
from ctviz.metrics.removal import removal_order

SHARES = np.array([0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.13, 0.21, 0.34, 0.5, 0.75])
"""Of the pixels, put back: the authors' thresholds and some between."""

GREYS = 255
"""An image is measured as a picture of so many steps of grey."""

NO_DETAIL = Score.undefined("The scan holds no more information than its blurred image.")


@dataclass(frozen=True)
class InformationCurve(FidelityMetric):
    r"""A metric of the answer while the most important pixels come back into a blurred image.

    They come back at ever larger shares. Each image has an abscissa, the information it holds, and
    an ordinate, how much of the answer is back, both from 0 (the blurred image) to 1 (the scan); an
    ordinate counts as the largest so far. The area is by the trapezoidal rule over the images in
    the order of their information.

    Information is the entropy of the difference of neighbouring greys in a row, of 256 steps,
    times the pixels: what an ideal lossless coder would need. So a map that scatters
    fine dots is charged for the edges that it makes.
    """

    cite: ClassVar[str] = "Kapishnikov et al., ICCV 2019. arXiv:1906.02825"
    of_probabilities: ClassVar[bool] = True

    fill: str = param("blur", choices=CHOICES, help="What the image is before pixels come back.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Order of equally important pixels.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    @abstractmethod
    def recovered(self, shown: Numbers, filled: float, untouched: float) -> Numbers | Score:
        """Return how much of the answer is back in each image, or why that has no meaning.

        Parameters
        ----------
        shown
            The class's probability (N,) for the images that come back.
        filled, untouched
            That for the blurred image and for the scan.
        """

    def passes(self, maps: int, size: tuple[int, int]) -> int:  # noqa: ARG002 - whatever its size
        """Return the ends, which all maps share, and one image for each share of each map."""
        return 1 + len(tried(self.fill)) + maps * len(SHARES)

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return each map's area and curve."""
        progress.start(self.passes(len(maps), image.shape[1:]))
        erased = erase(image, fillers(self.fill, image), classify, self.batch, progress)
        return [self._curves(values, image, erased, classify, progress) for values in maps]

    def _curves(
        self,
        values: FloatMap,
        image: Image,
        erased: Erased,
        classify: Classify,
        progress: Progress,
    ) -> Curves:
        known: list[float] = []

        def returning() -> Iterator[Image]:
            order = removal_order(values, self.seed)
            for share in SHARES:
                removed = np.ones(values.size, bool)
                removed[order[: round(share * values.size)]] = False
                shown = erased.fill(removed.reshape(values.shape))
                known.append(information(shown))
                yield shown

        heights = probabilities(returning(), classify, self.batch, progress)
        if is_constant(values):
            return Curves(CONSTANT)
        empty = information(erased.fill(np.ones(values.shape, bool)))
        whole = information(image)
        if whole <= empty:
            return Curves(NO_DETAIL)
        recovered = self.recovered(heights, erased.filled, erased.untouched)
        if isinstance(recovered, Score):
            return Curves(recovered)
        curve = _curve((np.array(known) - empty) / (whole - empty), recovered)
        return Curves(Score(curve.area), {self.name: curve})


def information(image: Image) -> float:
    """Return about how many bits an image (C, h, w) needs when it is compressed without loss."""
    greys = np.rint(np.clip(image, 0.0, 1.0).astype(np.float64) * GREYS).astype(np.int64)
    steps = np.diff(greys, axis=-1, prepend=0)
    counts = np.unique(steps, return_counts=True)[1]
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum() * steps.size)


def _curve(known: Numbers, recovered: Numbers) -> Curve:
    """Return the curve from (0, 0) to (1, 1) through the points in the order of information."""
    order = np.argsort(known, kind="stable")
    x = np.concatenate([[0.0], np.clip(known[order], 0.0, 1.0), [1.0]])
    y = np.concatenate([[0.0], np.clip(recovered[order], 0.0, 1.0), [1.0]])
    return Curve.of(x, np.maximum.accumulate(y))
