"""What a transformer's tokens have seen of the image that raised the class score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.estimators.engine.attending import AttentionEstimator
from ctviz.estimators.engine.attention import AttentionLayer
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.networks import precise


@ESTIMATORS.register("attention-relevance")
@dataclass(frozen=True)
class AttentionRelevance(AttentionEstimator):
    r"""Attention of all layers, each weight counting as far as it raised the class score.

    .. math:: R \leftarrow R + \frac{1}{H} \sum_h
              \max\left(0, \frac{\partial f_t}{\partial A_h} \odot A_h\right) R, \quad R_0 = I

    A holds, row by row, how much of each token goes into another. What each token is of itself,
    the I that everything begins with, is left out of the map, which never speaks against a class.
    """

    title: ClassVar = "Attention relevance"
    cite: ClassVar = "Chefer et al., ICCV 2021. arXiv:2103.15679"
    differs: ClassVar = (
        "The publication reads the class token's row; of a network that averages its tokens, here "
        "it is the mean of all rows."
    )
    summary: ClassVar = (
        "Which places a transformer attended to, layer upon layer, counting only attention that "
        "raised the class score."
    )

    def followed(self, layers: Sequence[AttentionLayer], slopes: Sequence[Tensor]) -> Tensor:
        """Return the relevance, without what each token is of itself."""
        unit = torch.eye(layers[0].tokens).to(precise(layers[0].weights))
        relevance = unit
        for layer, slope in zip(layers, slopes, strict=True):
            raised = precise(layer.slopes(slope)) * precise(layer.weights)
            relevance = relevance + raised.clamp(min=0).mean(0) @ relevance
        return relevance - unit
