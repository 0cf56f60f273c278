"""Chance, the control that every estimator must beat."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.question import Question


@ESTIMATORS.register("random")
@dataclass(frozen=True)
class Random(Estimator):
    """Independent uniform numbers in [0, 1), whatever the network and the image."""

    title: ClassVar = "Random"
    cite: ClassVar = "Control, as in Brocki et al., EXTRAAMAS 2022. arXiv:2209.15398"
    summary: ClassVar = "Chance: a map that knows nothing, to compare the others with."
    family: ClassVar = "control"
    control: ClassVar = True

    seed: int = param(0, low=0, high=2**31 - 1, help="Which numbers are drawn.")

    def attribute(self, question: Question, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the numbers."""
        generator = torch.Generator().manual_seed(self.seed)
        return torch.rand(question.x.shape[-2:], generator=generator)
