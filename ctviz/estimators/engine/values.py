"""Backward rules that need the values a network computed on its way, not only their derivatives.

Such a rule is written on the record of a network that is piecewise linear: of linear operations,
ReLU and max pooling. Any other is refused.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.autograd.graph import Node

from ctviz.core import Contrast, UnsupportedNetwork
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.graph import Edge, before, operation, operations
from ctviz.estimators.engine.hidden import revealing
from ctviz.estimators.engine.rules import (
    BATCH_NORMALISING,
    LINEAR,
    POOLING,
    RELU,
    RESHAPING,
    SCALING,
    multiplies_features,
    refusal,
    unsupported,
)
from ctviz.networks import NO_GRADIENT, slopes


@dataclass(frozen=True, eq=False)
class ValuedRecord:
    """A forward pass: its points (N, C, h, w), its scores (N,), and what each operation gave."""

    class_score: ClassScore
    rule: str
    points: Tensor
    scores: Tensor
    values: dict[Edge, Tensor]

    @classmethod
    def of(cls, class_score: ClassScore, points: Tensor, rule: str) -> Self:
        """Return the record, or refuse the network in the name of the rule."""
        if len(points) > 1 and not class_score.together:
            raise UnsupportedNetwork(
                f"{rule} compares images side by side, but this network takes one at a time."
            )
        points = points.detach().requires_grad_()
        with revealing(values=True) as revealed:
            scores = class_score.scores(points)
        class_score.require_gradient(scores)
        if revealed.hidden:
            raise refusal(rule, revealed.hidden)
        record = cls(class_score, rule, points, scores, _with_hidden_means(revealed.values))
        for node in record.operations():
            if not _is_piecewise_linear(node):
                raise record.refusal(node)
        return record

    def operations(self) -> list[Node]:
        """Return the operations that the scores depend on, the last ones first.

        The sum over images, and the difference of a contrast, are ours and not the network's.
        """
        ours = 2 if isinstance(self.class_score.target, Contrast) else 1
        return list(operations(self.scores.sum()))[ours:]

    def input(self, node: Node) -> Tensor:
        """Return what an operation's first argument was, or refuse the network."""
        first, place = node.next_functions[0]
        if first is None:
            raise self.refusal(node)
        return self.value(first, place)

    def value(self, node: Node, place: int = 0) -> Tensor:
        """Return what an operation gave, or refuse the network if that was hidden."""
        if (node, place) not in self.values:
            raise self.refusal(node)
        return self.values[node, place]

    def gradients(self, weights: Tensor | None = None) -> Tensor:
        """Return the gradients (N, C, h, w) as the hooks on the operations make them.

        The weights (N,) of the scores are 1 unless given.
        """
        weights = torch.ones_like(self.scores) if weights is None else weights
        (gradients,) = slopes(self.scores, [self.points], weights)
        if gradients is None:
            raise UnsupportedNetwork(NO_GRADIENT)
        return gradients

    def refusal(self, node: Node) -> Exception:
        """Return the error that names the operation."""
        return unsupported(self.rule, node, self.class_score.network, self.points)


def _is_piecewise_linear(node: Node) -> bool:
    if multiplies_features(node) or getattr(node, "_saved_training", False):
        return False
    return operation(node) in RESHAPING | LINEAR | SCALING | BATCH_NORMALISING | POOLING | {RELU}


def _with_hidden_means(values: dict[Edge, Tensor]) -> dict[Edge, Tensor]:
    """Add what torch calculates inside adaptive pooling, where only the whole's answer is seen."""
    means = {
        before(node)[0]: value
        for (node, _), value in values.items()
        if _is_pooling_to_one_pixel(node, value)
    }
    return means | values


def _is_pooling_to_one_pixel(node: Node, value: Tensor) -> bool:
    """Whether torch made an adaptive average pooling from a mean and a note on its layout."""
    one_pixel = value.ndim == 4 and value.shape[-2:] == (1, 1)
    recorded = [operation(other) for other, _ in before(node)]
    return one_pixel and operation(node) == "AsStrided" and recorded == ["Mean"]
