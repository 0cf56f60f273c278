"""Chance, the control that every estimator must beat."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, digest, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator


@ESTIMATORS.register("random")
@dataclass(frozen=True)
class Random(Estimator):
    """Independent uniform numbers in [0, 1), whatever the network.

    Every image has numbers of its own, which its pixels and the seed decide but do not show: equal
    numbers on all slices would be one map, good or bad by chance on all of them.
    """

    title: ClassVar = "Random"
    cite: ClassVar = "Control, as in Brocki et al., EXTRAAMAS 2022. arXiv:2209.15398"
    summary: ClassVar = "Chance: a map that knows nothing, to compare the others with."
    family: ClassVar = "control"
    control: ClassVar = True
    version: ClassVar = 2

    seed: int = param(0, low=0, high=2**31 - 1, help="Which numbers are drawn.")

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the numbers."""
        generator = torch.Generator().manual_seed(self._seed(class_score.x))
        return torch.rand(class_score.x.shape[-2:], generator=generator)

    def _seed(self, x: Tensor) -> int:
        """Return a seed that another image or another ``seed`` changes altogether."""
        # Adding zero makes a negative zero, which nobody sees, an ordinary one.
        pixels = digest(x.cpu().float().numpy() + 0.0)
        return int(digest(f"{pixels} {self.seed}")[:15], 16)
