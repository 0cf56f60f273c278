"""Monotonicity: whether more important pixels have more effect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from scipy.stats import rankdata

from ctviz.core import FloatMap, Progress, Score, param
from ctviz.metrics.against_model import Classify, Curves, FidelityMetric, Image
from ctviz.metrics.base import CONSTANT, METRICS, Numbers, is_constant
from ctviz.metrics.batches import probabilities
from ctviz.metrics.erasing import erase
from ctviz.metrics.fills import CHOICES, fillers, tried
from ctviz.metrics.probing import INSENSITIVE, STIR, correlation
from ctviz.metrics.removal import Ranks, removal_ranks


@METRICS.register("monotonicity")
@dataclass(frozen=True)
class Monotonicity(FidelityMetric):
    r"""Rank correlation of the pixels' importance with what their removal does.

    .. math:: \rho_{Spearman} \Big( \frac{1}{|G|} \sum_{i \in G} e_i, \; p(x) - p(x_{-G}) \Big)

    The pixels are sorted by importance and cut into groups G of equal size; each group alone is
    replaced by the fill. The publication takes single features and magnitudes on both sides; a
    single pixel moves no answer, and here the signs stay: a negative group should raise p. Equal
    pixels fall into groups by an order drawn from ``seed``. A constant map has no score, nor has
    any map of a model whose answer never changes.
    """

    title: ClassVar[str] = "Monotonicity"
    summary: ClassVar[str] = (
        "Whether removing more important groups of pixels lowers the model's answer more: "
        "1 always, 0 no relation, -1 the opposite."
    )
    cite: ClassVar[str] = "Nguyen & Rodríguez Martínez 2020. arXiv:2007.07584"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    groups: int = param(20, low=3, high=200, help="Groups of pixels. More is finer and slower.")
    fill: str = param("paper", choices=CHOICES, help="What replaces removed pixels.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Order of equally important pixels.")

    # Images per call of the classifier: changes speed and memory only, so no hyperparameter.
    batch: int = field(default=16, kw_only=True, compare=False)

    def passes(self, maps: int, size: tuple[int, int]) -> int:
        """Return the ends, which all maps share, and one image for each group of each map."""
        return 1 + len(tried(self.fill)) + maps * min(self.groups, int(np.prod(size)))

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return each map's score; it has no curve."""
        number = min(self.groups, maps[0].size)
        progress.start(self.passes(len(maps), image.shape[1:]))
        erased = erase(image, fillers(self.fill, image), classify, self.batch, progress)
        groups = [removal_ranks(values, self.seed) * number // values.size for values in maps]
        stream = (erased.fill(own == place) for own in groups for place in range(number))
        heights = probabilities(stream, classify, self.batch, progress)
        effects = erased.untouched - heights.reshape(len(maps), number)
        return [Curves(_score(*each)) for each in zip(maps, groups, effects, strict=True)]


def _score(values: FloatMap, groups: Ranks, effects: Numbers) -> Score:
    """Return the rank correlation of a map with the effects (G,) of its groups (h, w)."""
    if is_constant(values):
        return CONSTANT
    if np.ptp(effects) <= STIR:
        return INSENSITIVE
    total = np.bincount(groups.ravel(), values.ravel().astype(np.float64))
    importance = total / np.bincount(groups.ravel())
    return Score(correlation(rankdata(importance), rankdata(effects)))
