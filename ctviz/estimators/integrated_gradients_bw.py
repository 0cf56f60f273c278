"""Integrated gradients from a black and a white image."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import Ends, FromUniform
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.integrated_gradients import IntegratedGradients

LEVELS = (0.0, 1.0)
"""Black and white."""


@ESTIMATORS.register("integrated-gradients-bw")
@dataclass(frozen=True)
class BlackWhiteIntegratedGradients(Estimator):
    """Mean of the integrated gradients from a black and from a white image.

    With two opposite baselines dark pixels can matter as well as bright ones. The black path is
    shared with ``integrated-gradients`` of as many steps. The map's sum approaches the score less
    the mean of the black and the white image's.
    """

    title: ClassVar = "Integrated gradients, black and white"
    cite: ClassVar = "Kapishnikov et al., ICCV 2019. arXiv:1906.02825"
    summary: ClassVar = (
        "How much each pixel contributes on the ways from a black and from a white image."
    )
    family: ClassVar = "gradients"

    steps: int = param(25, low=1, high=256, help="Points on each path. More is finer and slower.")

    def parents(self) -> tuple[Estimator, ...]:
        """Return the integrated gradients from both ends of the window."""
        return tuple(IntegratedGradients(self.steps, level) for level in LEVELS)

    def ends(self) -> Ends:
        """Return the black and the white image, each counting half, and the image."""
        return FromUniform(LEVELS)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the mean of both maps."""
        return torch.from_numpy(np.mean(parents, axis=0, dtype=np.float64))
