"""How much of a map's fidelity is more than its compactness."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ctviz.core import CurvePanel, FloatMap, Progress, Score, digest, param
from ctviz.metrics.against_model import Classify, Curves, Image
from ctviz.metrics.base import METRICS
from ctviz.metrics.blobs import BlobSpread, places
from ctviz.metrics.fidelity import Fidelity
from ctviz.metrics.removal import both_orders
from ctviz.metrics.resemblance import visible


@METRICS.register("fidelity-gain")
@dataclass(frozen=True)
class FidelityGain(Fidelity):
    r"""Fidelity minus the mean fidelity of blobs at random places that are as compact as the map.

    .. math:: F(e) - \frac{1}{n} \sum_{k=1}^{n} F(b_k)

    To remove a compact area is another thing than to remove as many scattered pixels: the hole
    alone may change the answer, whatever was there. Each blob is a Gaussian whose standard
    deviations down and across are those of the map's positive importance; its middle is any pixel
    in which the slice shows anything. Fill and steps are `fidelity`'s. A map that gains nothing may
    owe its fidelity to being compact; one that loses is beaten by chance of its own compactness.

    The places are drawn from the image and ``seed``, so all maps of a slice meet the same.
    """

    title: ClassVar[str] = "Fidelity gain"
    panel: ClassVar[CurvePanel | None] = both_orders("Fidelity gain")
    summary: ClassVar[str] = (
        "Fidelity minus that of blobs of the same size at random places: 0 is no better than any "
        "map as compact, below 0 worse."
    )
    short: ClassVar[str] = "Fid. gain"
    cite: ClassVar[str] = (
        "Fidelity: Brocki et al., EXTRAAMAS 2022. doi:10.1007/978-3-031-15565-9_1; the blobs are "
        "ours"
    )
    bounds: ClassVar[tuple[float, float]] = (-2.0, 2.0)

    step: float = param(
        0.05, low=0.005, high=0.5, help="Share of the pixels removed at a time. Less is slower."
    )
    blobs: int = param(4, low=1, high=100, help="How many; each costs as much as the map.")

    def passes(self, maps: int, size: tuple[int, int]) -> int:
        """Return the passes of the maps and of the blobs of each."""
        return super().passes(maps * (1 + self.blobs), size)

    def compare(
        self, maps: Sequence[FloatMap], image: Image, classify: Classify, progress: Progress
    ) -> list[Curves]:
        """Return the difference for every map, with the map's own curves."""
        drawn = places(visible(image[None]), self.blobs, self._seed(image))
        rivals = [BlobSpread.of(each).blob(place, each.shape) for each in maps for place in drawn]
        plain = Fidelity(step=self.step, seed=self.seed, fill=self.fill, batch=self.batch)
        found = plain.compare([*maps, *rivals], image, classify, progress)
        own, others = found[: len(maps)], found[len(maps) :]
        return [
            self._gained(curves, others[n * self.blobs : (n + 1) * self.blobs])
            for n, curves in enumerate(own)
        ]

    @staticmethod
    def _gained(own: Curves, others: Sequence[Curves]) -> Curves:
        if own.score.value is None:
            return own
        chance = float(np.mean([each.score.value for each in others]))
        return replace(own, score=Score(own.score.value - chance))

    def _seed(self, image: Image) -> int:
        # Adding zero makes a negative zero, which nobody sees, an ordinary one.
        return int(digest(f"{digest(image + 0.0)} {self.seed}")[:15], 16)
