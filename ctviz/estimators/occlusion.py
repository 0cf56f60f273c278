"""What the class score loses when a patch of the image is covered."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.trials import filled, trial_scores

Patch: TypeAlias = tuple[slice, slice]


@ESTIMATORS.register("occlusion")
@dataclass(frozen=True)
class Occlusion(Estimator):
    r"""Fall of the class score under a covering patch that slides over the image.

    .. math:: \frac{1}{|\{p : u \in p\}|} \sum_{p \ni u} f_t(x) - f_t(x_{p \leftarrow b})

    Each pixel gets the mean over the patches p that cover it. Patches are spread evenly from edge
    to edge, as many along each side as in ``patches``; neighbours overlap if they are wide enough.
    Where they are too narrow for that, they are widened until no pixel is left out.
    """

    title: ClassVar = "Occlusion"
    cite: ClassVar = "Zeiler & Fergus, ECCV 2014. arXiv:1311.2901"
    summary: ClassVar = "How much the class score falls when this part of the scan is covered."
    family: ClassVar = "perturbation"

    positions: int = param(
        16, low=1, high=128, help="Patches along each side. More is finer and slower (squared)."
    )
    height: float = param(0.1, low=0.005, high=1.0, help="Patch height as a share of the image's.")
    width: float = param(0.1, low=0.005, high=1.0, help="Patch width as a share of the image's.")
    fill: float = param(
        0.0, low=0.0, high=1.0, help="The patch: 0 is the window's bottom, 1 its top."
    )

    def passes(self) -> Passes:
        """Return one forward pass per patch, and one for the whole image."""
        return Passes(forward=1 + self.positions**2)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the mean fall of the score over the patches that cover a pixel."""
        shape = class_score.x.shape[-2:]
        patches = list(self._patches(*shape))
        scores = trial_scores(class_score, self._trials(class_score.x, patches), 1 + len(patches))
        whole = next(scores)
        falls, coverings = torch.zeros(2, *shape, dtype=torch.float64)
        for patch, score in zip(patches, scores, strict=True):
            falls[patch] += whole - score
            coverings[patch] += 1
        mean_fall: Tensor = falls / coverings
        return mean_fall

    def _trials(self, x: Tensor, patches: list[Patch]) -> Iterator[Tensor]:
        yield x
        for patch in patches:
            kept = torch.ones(x.shape[-2:])
            kept[patch] = 0
            yield filled(x, kept, self.fill)

    def _patches(self, rows: int, columns: int) -> Iterator[Patch]:
        for top in self._spans(rows, self.height):
            for left in self._spans(columns, self.width):
                yield top, left

    def _spans(self, size: int, share: float) -> list[slice]:
        """Return intervals of one length, spread evenly and without gaps from 0 to ``size``."""
        length = max(round(share * size), -(-size // self.positions))
        starts = torch.linspace(0, size - length, self.positions, dtype=torch.float64).round()
        return [slice(int(start), int(start) + length) for start in starts]
