"""The middle of the picture, where a radiologist's target usually is."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator


@ESTIMATORS.register("centre")
@dataclass(frozen=True)
class Centre(Estimator):
    """A Gaussian blob in the middle of the image, whatever the network and the image."""

    title: ClassVar = "Centre"
    cite: ClassVar = "Control: a centre prior, as in Judd et al., 2012. MIT-CSAIL-TR-2012-001"
    summary: ClassVar = "The middle of the picture: a map that knows only where organs usually are."
    family: ClassVar = "control"
    control: ClassVar = True

    width: float = param(
        0.2, low=0.02, high=1.0, help="The blob's σ as a share of the image's height and width."
    )

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the blob, 1 in the middle."""
        row, column = (self._profile(size) for size in class_score.x.shape[-2:])
        return row[:, None] * column

    def _profile(self, size: int) -> Tensor:
        places = (torch.arange(size, dtype=torch.float64) + 0.5) / size - 0.5
        return torch.exp(-0.5 * (places / self.width).square())
