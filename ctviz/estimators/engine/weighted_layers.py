"""The layers of weights on a record, and writing a rule of relevance in the place of one.

A batch normalisation that alone reads a convolution is merged into it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.autograd.graph import Node

from ctviz.estimators.engine.graph import before, operation
from ctviz.estimators.engine.layers import Convolution, Dense, LinearLayer, Scale, channel_scale
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


@dataclass(frozen=True, eq=False)
class WeightedLayers:
    """The layers of weights on a record, and what they were given."""

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
        """Return what a layer gave (1, …) for the first image."""
        return self.record.value(self.merged.get(node, node))[:1]

    def inputs(self, node: Node) -> Tensor:
        """Return what a layer was given (N, …), for each of the record's images."""
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


def pass_on(outgoing: Tensor) -> Tensor:
    """Return relevance unchanged: the rule of what was merged into another layer."""
    return outgoing


def write_rule(node: Node, rule: Callable[[Tensor], Tensor]) -> None:
    """Let a rule for one image replace an operation's derivative by its only recorded input."""

    def replace(calculus: Gradients, outgoing: Gradients) -> Gradients:
        answer = rule(outgoing[0][:1])
        missing = len(outgoing[0]) - len(answer)
        answer = torch.cat([answer, answer.new_zeros(missing, *answer.shape[1:])])
        return tuple(None if other is None else answer for other in calculus)

    node.register_hook(replace)
