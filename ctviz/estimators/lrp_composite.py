"""The class score handed back through the network, by the rule that suits each kind of layer."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.graph import operation
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.relevance import BoxRule, GammaRule, RelevanceEstimator
from ctviz.estimators.engine.rules import BATCH_NORMALISING
from ctviz.estimators.engine.values import ValuedRecord
from ctviz.estimators.engine.weighted_layers import (
    DENSE,
    UNREADABLE,
    WeightedLayers,
    pass_on,
    write_rule,
)


@ESTIMATORS.register("lrp-composite")
@dataclass(frozen=True)
class CompositeRelevance(RelevanceEstimator):
    """Layer-wise relevance propagation by the composite "ε, γ, box".

    Dense layers keep the ε rule of ``lrp``. Convolutions keep the generalised γ rule, see
    `GammaRule`: what speaks against a sum fades, which makes maps less grainy. The layers that read
    the image itself keep the box rule of pixels between black and white, see `BoxRule`; where an
    image goes beyond the window, the box is widened to it. ReLU passes relevance on, max pooling
    passes it to the maximum; averages and sums of branches divide it in proportion.

    A batch normalisation that alone reads a convolution is merged into it, as usual. Any other,
    such as DenseNet's before its ReLU, is a linear layer of its own under the γ rule, with one
    weight and one bias per channel. Biases absorb their share, except under the box rule; a
    network without them keeps the score's sum as ε vanishes. A network with anything but linear
    operations, ReLU and max pooling is refused.
    """

    title: ClassVar = "LRP composite"
    cite: ClassVar = "Montavon et al., 2019. doi:10.1007/978-3-030-28954-6_10"
    summary: ClassVar = (
        "The class score divided among the pixels, with what speaks for it weighted more."
    )
    version: ClassVar = 2

    gamma: float = param(
        0.25, low=0.0, high=100.0, help="γ of convolutions. More mutes contrary evidence."
    )

    def passes(self) -> Passes:
        """Return three gradients, and about one more for the rules' own convolutions."""
        return Passes(gradient=4)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the relevance (1, C, h, w): the ways from black and to white, times their ratios.

        Only what reaches the score past all layers of weights is in proportion to the image itself.
        """
        x = class_score.x
        low, high = x.min().clamp(max=0), x.max().clamp(min=1)
        points = torch.cat([x, low.expand_as(x), high.expand_as(x)])
        record = ValuedRecord.of(class_score, points, "composite LRP")
        self._write_rules(record)
        ratios = record.gradients(torch.tensor([1.0, 0.0, 0.0]).to(x))
        class_score.progress.advance(4)
        relevance: Tensor = torch.cat([x, x - low, x - high]) * ratios
        return relevance.sum(0, keepdim=True)

    def _write_rules(self, record: ValuedRecord) -> None:
        layers = WeightedLayers(record)
        for node in record.operations():
            name = operation(node)
            if name in UNREADABLE:
                raise record.refusal(node)
            if node in layers.merged.values():
                write_rule(node, pass_on)
            elif name in BATCH_NORMALISING and layers.is_regraded_image(node):
                continue
            elif name in DENSE and not layers.reads_image(node):
                self.absorb(node, record.value(node)[:1])
            elif name in DENSE or (name == "Convolution" and layers.reads_image(node)):
                write_rule(
                    node, BoxRule(layers.layer(node), layers.inputs(node), layers.sums(node))
                )
            elif name == "Convolution" or name in BATCH_NORMALISING:
                inputs = layers.inputs(node)[:1]
                write_rule(
                    node, GammaRule(layers.layer(node), inputs, layers.sums(node), self.gamma)
                )
