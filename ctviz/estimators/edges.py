"""The scan's own edges, the control that looks most like an explanation."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from ctviz.core import FloatMap
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator

SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


@ESTIMATORS.register("edges")
@dataclass(frozen=True)
class Edges(Estimator):
    """Magnitude of the image's Sobel gradient, whatever the network.

    Adebayo et al. found several estimators hard to tell from an edge detector.
    """

    title: ClassVar = "Edges"
    cite: ClassVar = "Control, as in Adebayo et al., NeurIPS 2018. arXiv:1810.03292"
    summary: ClassVar = "The scan's own edges: a map that knows the picture but not the model."
    family: ClassVar = "control"
    control: ClassVar = True

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the length of the two derivatives; the image goes on beyond its border."""
        image = class_score.shown.cpu().double().mean(1, keepdim=True)
        across = torch.tensor(SOBEL).to(image)
        kernels = torch.stack([across, across.T])[:, None]
        padded = functional.pad(image, (1, 1, 1, 1), mode="replicate")
        return functional.conv2d(padded, kernels).square().sum(1).sqrt()
