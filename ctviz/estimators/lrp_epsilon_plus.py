"""The class score handed back through the network, along what raised it."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.core import FloatMap
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.graph import operation
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.relevance import PlusRule, RelevanceEstimator
from ctviz.estimators.engine.rules import BATCH_NORMALISING
from ctviz.estimators.engine.values import ValuedRecord
from ctviz.estimators.engine.weighted_layers import (
    DENSE,
    UNREADABLE,
    WeightedLayers,
    pass_on,
    write_rule,
)


@ESTIMATORS.register("lrp-epsilon-plus")
@dataclass(frozen=True)
class EpsilonPlusRelevance(RelevanceEstimator):
    """Layer-wise relevance propagation by the preset "ε⁺": ε for dense layers, z⁺ for convolutions.

    Convolutions give relevance only to what raised their sums, see `PlusRule`, so behind the first
    dense layer nothing changes its sign: the map is smooth, and shows where evidence came
    from rather than what it said. Dense layers keep the ε rule of ``lrp``. ReLU passes relevance
    on, max pooling passes it to the maximum; averages and sums of branches divide it in proportion.

    A batch normalisation that alone reads a convolution is merged into it; any other is a layer of
    its own under z⁺, with one weight and one bias per channel. Positive biases absorb their share.
    A network with anything but linear operations, ReLU and max pooling is refused.
    """

    title: ClassVar = "LRP-ε⁺"
    cite: ClassVar = "Kohlbrenner et al., IJCNN 2020. arXiv:1910.09840"
    differs: ClassVar = (
        "Zennit's preset of this name passes relevance through every batch normalisation unchanged;"
        " here one that cannot be merged into a convolution is a layer of its own."
    )
    summary: ClassVar = (
        "The class score divided among the pixels, layer by layer, by what raised each layer's "
        "answer."
    )

    def passes(self) -> Passes:
        """Return one gradient, and about one more for the rule's own convolutions."""
        return Passes(gradient=2)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the relevance (1, C, h, w): the image times its modified gradient."""
        record = ValuedRecord.of(class_score, class_score.x, "LRP-ε⁺")
        layers = WeightedLayers(record)
        for node in record.operations():
            name = operation(node)
            if name in UNREADABLE:
                raise record.refusal(node)
            if node in layers.merged.values():
                write_rule(node, pass_on)
            elif name in DENSE:
                self.absorb(node, record.value(node))
            elif name == "Convolution" or name in BATCH_NORMALISING:
                rule = PlusRule(layers.layer(node), layers.inputs(node), layers.sums(node))
                write_rule(node, rule)
        relevance = class_score.x * record.gradients()
        class_score.progress.advance(2)
        return relevance
