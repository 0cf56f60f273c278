"""The class score handed back through the network, by the rule that suits each kind of layer."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor
from torch.autograd.graph import Node

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS
from ctviz.estimators.engine.graph import before, operation
from ctviz.estimators.engine.layers import Convolution, Dense, LinearLayer, Scale, channel_scale
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.relevance import BoxRule, GammaRule, RelevanceEstimator
from ctviz.estimators.engine.rules import BATCH_NORMALISING, RESHAPING, Gradients
from ctviz.estimators.engine.values import ValuedRecord

DENSE = {"Addmm", "Baddbmm", "Bmm", "Mm", "Mv"}
UNREADABLE = {"MkldnnConvolution"}
"""Their records do not tell their weights."""
ARRANGING = RESHAPING | {
    *("Cat", "ConstantPadNd", "Flip", "Gather", "Index", "IndexSelect", "PixelShuffle"),
    *("PixelUnshuffle", "ReflectionPad2D", "ReplicationPad2D", "Roll", "Split", "SplitWithSizes"),
    *("Stack", "UpsampleNearest2D"),
}
"""They only move values about."""
REGRADING = BATCH_NORMALISING | {"Add", "Div", "Mul", "Neg", "Rsub", "Sub"}
"""They only change values one by one, if what they combine them with is constant."""


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
        layers = _Layers(record)
        for node in record.operations():
            name = operation(node)
            if name in UNREADABLE:
                raise record.refusal(node)
            if node in layers.merged.values():
                _write(node, _pass_on)
            elif name in BATCH_NORMALISING and layers.is_regraded_image(node):
                continue
            elif name in DENSE and not layers.reads_image(node):
                self.absorb(node, record.value(node)[:1])
            elif name in DENSE or (name == "Convolution" and layers.reads_image(node)):
                _write(node, BoxRule(layers.layer(node), layers.inputs(node), layers.sums(node)))
            elif name == "Convolution" or name in BATCH_NORMALISING:
                inputs = layers.inputs(node)[:1]
                _write(node, GammaRule(layers.layer(node), inputs, layers.sums(node), self.gamma))


@dataclass(frozen=True, eq=False)
class _Layers:
    """What the rules need to know of a record of an image, the darkest and the brightest one."""

    record: ValuedRecord

    @cached_property
    def merged(self) -> dict[Node, Node]:
        """Return each convolution that only a batch normalisation reads, and that."""
        nodes = self.record.operations()
        readers = Counter(other for node in nodes for other in _recorded(node))
        pairs = {_recorded(node)[0]: node for node in nodes if operation(node) in BATCH_NORMALISING}
        return {
            other: node
            for other, node in pairs.items()
            if operation(other) == "Convolution"
            and readers[other] == 1
            and not Convolution.of(other).transposed
        }

    def layer(self, node: Node) -> LinearLayer:
        """Return an operation's arithmetic, with that of the normalisation merged into it."""
        if operation(node) in BATCH_NORMALISING:
            return Scale.of(node)
        if operation(node) in DENSE:
            return self._dense(node)
        convolution = Convolution.of(node)
        if node in self.merged:
            return convolution.scaled(channel_scale(self.merged[node]))
        return convolution

    def sums(self, node: Node) -> Tensor:
        """Return what a layer gave (1, …) for the image."""
        return self.record.value(self.merged.get(node, node))[:1]

    def inputs(self, node: Node) -> Tensor:
        """Return what a layer was given (3, …)."""
        (first, place), *others = before(node)
        inputs = self.record.value(first, place)
        if others or len(inputs) != len(self.record.points):
            raise self.record.refusal(node)
        return inputs

    def reads_image(self, node: Node) -> bool:
        """Whether no layer, ReLU or pooling lies between the image and an operation."""
        return all(self.is_regraded_image(other) for other in _recorded(node))

    def is_regraded_image(self, node: Node) -> bool:
        """Whether an operation gave the image's values, moved about or changed one by one."""
        name = operation(node)
        if name in REGRADING and len(_recorded(node)) > 1:
            return False
        known = name in ARRANGING | REGRADING | {"AccumulateGrad"}
        return known and self.reads_image(node)

    def _dense(self, node: Node) -> Dense:
        """Return a dense layer of the image itself; features times weights, in this order."""
        factors = {"Addmm": 1, "Mm": 0}
        place = factors.get(operation(node))
        if place is None or node.next_functions[place][0] is None:
            raise self.record.refusal(node)
        return Dense.of(node)


def _recorded(node: Node) -> list[Node]:
    return [other for other, _ in before(node)]


def _pass_on(outgoing: Tensor) -> Tensor:
    return outgoing


def _write(node: Node, rule: Callable[[Tensor], Tensor]) -> None:
    """Let a rule for one image replace an operation's derivative by its only recorded input."""

    def replace(calculus: Gradients, outgoing: Gradients) -> Gradients:
        answer = rule(outgoing[0][:1])
        missing = len(outgoing[0]) - len(answer)
        answer = torch.cat([answer, answer.new_zeros(missing, *answer.shape[1:])])
        return tuple(None if other is None else answer for other in calculus)

    node.register_hook(replace)
