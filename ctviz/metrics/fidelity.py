"""The paper's fidelity: the map's most important pixels must be the ones the model needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Curve, FloatMap, Progress, Score, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.batches import probabilities
from ctviz.metrics.fills import FILLS, Image

Ranks = NDArray[np.intp]


@METRICS.register("fidelity")
@dataclass(frozen=True)
class Fidelity(FidelityMetric):
    r"""Area between the probability's fall when pixels are removed in the two opposite orders.

    .. math:: F = \int_0^1 p_{LiF}(s) - p_{MiF}(s) \, ds

    A growing share s of the pixels, in all channels, is replaced by the fill, the most important
    first (MiF) or the least important first (LiF); p is the explained class's probability. A map
    that names what the model uses lets p fall at once under MiF and stay long under LiF. Both
    curves begin at the untouched image and end at the filled one. Where filling the whole image
    hardly lowers p, the fill removes no evidence and F says little.

    The paper's fill erases the class: 0 (bottom of the window) for slices with contrast, 1 (top)
    for slices without. ``paper`` is that choice for any class: of the two constants it takes the
    one that leaves the explained class less probable when it fills the whole image.

    Pixels of equal importance are removed in an order drawn from ``seed``, so that the image's
    top is not favoured; LiF is the exact reverse of MiF. A constant map ranks no pixel above
    another and has no score.

    The paper averages the accuracy of a cohort in place of p; `Curves` of one slice hold p.
    """

    title: ClassVar[str] = "Fidelity"
    summary: ClassVar[str] = (
        "How much faster the model loses its answer when the important pixels are removed first "
        "than when the unimportant ones are: 0 is guessing."
    )
    cite: ClassVar[str] = "Brocki et al., EXTRAAMAS 2022. doi:10.1007/978-3-031-15565-9_1"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    step: float = param(
        0.025, low=0.005, high=0.5, help="Share of the pixels removed at a time. Less is slower."
    )
    fill: str = param(
        "paper",
        choices=("paper", *FILLS),
        help="What replaces removed pixels. The paper's erases the class: all dark or all bright.",
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Order of equally important pixels.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return the curves of every map; untouched and filled image are classified once."""
        names = ("zero", "one") if self.fill == "paper" else (self.fill,)
        candidates = [FILLS[name](image) for name in names]
        counts = self._counts(maps[0].size)
        progress.start(1 + len(candidates) + len(maps) * 2 * (len(counts) - 2))

        whole, *filled = probabilities([image, *candidates], classify, self.batch, progress)
        erased = int(np.argmin(filled))
        stream = _perturbed(
            image, candidates[erased], [self._ranks(values) for values in maps], counts[1:-1]
        )
        heights = probabilities(stream, classify, self.batch, progress)
        between = heights.reshape(len(maps), 2, len(counts) - 2)
        lines = np.insert(between, [0, len(counts) - 2], [whole, filled[erased]], axis=2)
        shares = counts / maps[0].size
        return [_curves(*pair, shares) for pair in zip(maps, lines, strict=True)]

    def _counts(self, pixels: int) -> NDArray[np.intp]:
        """Return the numbers of pixels removed, from none to all."""
        shares = np.append(np.arange(0.0, 1.0, self.step), 1.0)
        return np.unique(np.rint(shares * pixels).astype(np.intp))

    def _ranks(self, values: FloatMap) -> Ranks:
        """Return each pixel's place (h, w) in the order of removal, the most important at 0."""
        shuffled = np.random.default_rng(self.seed).permutation(values.size)
        order = shuffled[np.argsort(values.ravel()[shuffled], kind="stable")[::-1]]
        ranks = np.empty(values.size, np.intp)
        ranks[order] = np.arange(values.size)
        return ranks.reshape(values.shape)


def _perturbed(
    image: Image, fill: Image, ranks: Sequence[Ranks], counts: NDArray[np.intp]
) -> Iterator[Image]:
    """Yield the images of each map: MiF at all counts, then LiF at all counts."""
    for most_first in ranks:
        for order in (most_first, most_first.size - 1 - most_first):
            for count in counts:
                yield np.where(order < count, fill, image)


def _curves(values: FloatMap, heights: Numbers, shares: Numbers) -> Curves:
    """Return the curves through the probabilities (2 orders, shares)."""
    mif, lif = (Curve.of(shares, line) for line in heights)
    if values.min() == values.max():
        return Curves(mif, lif, Score.undefined("The map is constant: it ranks no pixel."))
    return Curves(mif, lif, Score(lif.area - mif.area))
