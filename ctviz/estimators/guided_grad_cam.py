"""Fine structures where the coarse features are."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.grad_cam import GradCam
from ctviz.estimators.guided_backprop import GuidedBackprop


@dataclass(frozen=True)
class PositiveGradCam(GradCam):
    """Grad-CAM as it was published: cut off at zero while it is still coarse."""

    title: ClassVar = "Grad-CAM, positive part"

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:
        """Return what speaks for the class."""
        return super().combine(features, gradients).clamp(min=0)


@ESTIMATORS.register("guided-grad-cam")
@dataclass(frozen=True)
class GuidedGradCam(Estimator):
    """Guided backpropagation times the positive part of Grad-CAM.

    Both maps are shared with whoever else needs them. Refused where guided backpropagation is.
    """

    title: ClassVar = "Guided Grad-CAM"
    cite: ClassVar = "Selvaraju et al., ICCV 2017. arXiv:1610.02391"
    summary: ClassVar = "Fine structures inside the coarse area that speaks for the class."
    version: ClassVar = 2
    family: ClassVar = "activations"

    layer: str = param("", help="Dotted name of the layer; empty: the last one with a picture.")

    def parents(self) -> tuple[Estimator, ...]:
        """Return guided backpropagation and the positive Grad-CAM."""
        return GuidedBackprop(), PositiveGradCam(self.layer)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the product."""
        fine, coarse = parents
        return torch.from_numpy(fine * coarse)
