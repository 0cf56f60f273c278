"""What a transformer's tokens have seen of the image, through all layers of attention."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.estimators.engine.attending import AttentionEstimator
from ctviz.estimators.engine.attention import AttentionLayer
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.networks import precise


@ESTIMATORS.register("attention-rollout")
@dataclass(frozen=True)
class AttentionRollout(AttentionEstimator):
    r"""Product of all layers' attention, half of each token's answer being the token itself.

    .. math:: \prod_{l=L}^{1} \frac{1}{2} \left( I + \frac{1}{H} \sum_h A_{l,h} \right)

    A holds, row by row, how much of each token goes into another. The map never speaks against a
    class and is the same for every class: it says where the network looked.
    """

    title: ClassVar = "Attention rollout"
    cite: ClassVar = "Abnar & Zuidema, ACL 2020. arXiv:2005.00928"
    summary: ClassVar = (
        "Which places a transformer attended to, layer upon layer, whichever class is asked for."
    )
    class_agnostic: ClassVar = True

    def followed(
        self,
        layers: Sequence[AttentionLayer],
        slopes: Sequence[Tensor],  # noqa: ARG002 - it is the same for every class
    ) -> Tensor:
        """Return the product."""
        unit = torch.eye(layers[0].tokens).to(precise(layers[0].weights))
        seen = unit
        for layer in layers:
            seen = (unit + precise(layer.weights).mean(0)) / 2 @ seen
        return seen
