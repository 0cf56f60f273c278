"""Faithfulness estimate: whether each area's importance is what its removal alone does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Mask, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.faithfulness_correlation import correlated
from ctviz.metrics.fills import tried
from ctviz.metrics.probing import ProbeMetric
from ctviz.metrics.tiles import number_of_tiles, tiles


@METRICS.register("faithfulness-estimate")
@dataclass(frozen=True)
class FaithfulnessEstimate(ProbeMetric):
    r"""Correlation of each tile's importance with the fall of the answer when it alone is removed.

    .. math:: \operatorname{corr}_T \Big( \sum_{i \in T} e_i, \; p(x) - p(x_{-T}) \Big)

    Over all tiles T of the image. What only several tiles together do to the answer it cannot see;
    `faithfulness-correlation` can.
    """

    title: ClassVar[str] = "Faithfulness estimate"
    short: ClassVar[str] = "Faithf. est."
    summary: ClassVar[str] = (
        "How well the importance of each small area foretells what removing it alone does to the "
        "model's answer: 0 not at all, 1 exactly."
    )
    cite: ClassVar[str] = "Alvarez-Melis & Jaakkola, NeurIPS 2018. arXiv:1806.07538"
    differs: ClassVar[str] = (
        "The publication removes single features; a pixel alone moves no answer, so here it is "
        "tiles of the image, the same for all maps."
    )
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    along: int = param(12, low=2, high=64, help="Tiles along each side of the image.")

    @property
    def count(self) -> int:
        """One for each tile of an image that has enough pixels."""
        return self.along**2

    def passes(self, maps: int, size: tuple[int, int]) -> int:  # noqa: ARG002 - all maps share them
        """Return the ends and one image for each tile."""
        return 1 + len(tried(self.fill)) + number_of_tiles(size, self.along)

    def sets(self, shape: tuple[int, ...]) -> Iterator[Mask]:
        """Yield the tiles one by one."""
        pieces = tiles((shape[0], shape[1]), self.along)
        for piece in range(int(pieces.max()) + 1):
            yield pieces == piece

    def claim(self, values: FloatMap, removed: Mask, change: FloatMap) -> float:  # noqa: ARG002
        """Return the tile's importance."""
        return float(values[removed].sum(dtype=np.float64))

    def judge(self, claims: Numbers, effects: Numbers) -> Curves:
        """Return the correlation; it has no curve."""
        return Curves(correlated(claims, effects))
