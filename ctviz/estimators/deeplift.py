"""How the difference of the image from an empty one runs through the network to the score."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.autograd.graph import Node

from ctviz.core import FloatMap, UnsupportedNetwork, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import Ends, FromUniform
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.graph import operation
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.rules import POOLING, RELU, Gradients
from ctviz.estimators.engine.values import ValuedRecord


@ESTIMATORS.register("deeplift")
@dataclass(frozen=True)
class DeepLift(Estimator):
    r"""Difference from the empty image, times multipliers that replace every ReLU's derivative.

    .. math:: (x - x') \odot m, \quad
              m_{\mathrm{ReLU}} = \frac{\max(z, 0) - \max(z', 0)}{z - z'}

    This is the rescale rule. A max pooling passes the whole change on to the larger one's place;
    of equal ones, which an even baseline has many of, to the place that torch reports.
    The map's sum is :math:`f_t(x) - f_t(x')` exactly, which is checked: a network on which it is
    not so, or that holds anything but linear operations, ReLU and max pooling, is refused.
    """

    title: ClassVar = "DeepLIFT"
    cite: ClassVar = "Shrikumar et al., ICML 2017. arXiv:1704.02685"
    summary: ClassVar = "How much each pixel's difference from a black image contributes."
    version: ClassVar = 2
    family: ClassVar = "backward rules"

    baseline: float = param(
        0.0, low=0.0, high=1.0, help="The empty image: 0 is the window's bottom, 1 its top."
    )

    def passes(self) -> Passes:
        """Return one gradient of the image and one of the empty image."""
        return Passes(gradient=2)

    def ends(self) -> Ends:
        """Return the empty image and the image."""
        return FromUniform((self.baseline,))

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the differences times their multipliers (1, C, h, w)."""
        return contributions(class_score, torch.full_like(class_score.x, self.baseline))


def contributions(class_score: ClassScore, empty: Tensor) -> Tensor:
    """Return the differences from an image (1, C, h, w) times their multipliers (1, C, h, w).

    Costs two gradients, and refuses a network on which they do not sum to the score's change.
    """
    x = class_score.x
    record = ValuedRecord.of(class_score, torch.cat([x, empty]), "DeepLIFT")
    for node in record.operations():
        if operation(node) == RELU:
            _rescale_relu(node, record)
        elif operation(node) in POOLING:
            _rescale_pooling(node, record)
    # Both images get the same multipliers.
    values = (x - empty) * record.gradients()[:1]
    class_score.progress.advance(2)
    _check_sum(values.cpu().double(), record.scores.detach().cpu().double())
    return values


def _rescale_relu(node: Node, record: ValuedRecord) -> None:
    before, after = record.input(node), record.value(node)
    change = before[:1] - before[1:]
    derivative = (before[:1] > 0).to(before)
    # Both changes are exact to the last digit, so their ratio is in [0, 1] however small they are.
    multiplier = torch.where(change == 0, derivative, (after[:1] - after[1:]) / change)

    def rescale(_: Gradients, incoming: Gradients) -> Gradients:
        return (incoming[0] * multiplier,)

    node.register_hook(rescale)


def _rescale_pooling(node: Node, record: ValuedRecord) -> None:
    before, after = record.input(node).flatten(2), record.value(node)
    places: Tensor = getattr(node, "_saved_result1")  # noqa: B009 - unknown to Node's type
    # If the image's maximum is the larger, its place carries the change; else the empty one's.
    winners = torch.where(after[:1] > after[1:], places[:1], places[1:]).flatten(2)
    change = (before[:1] - before[1:]).gather(2, winners)
    multiplier = torch.where(change == 0, 0.0, (after[:1] - after[1:]).flatten(2) / change)
    same = (after[:1] == after[1:]).flatten(2)

    def rescale(calculus: Gradients, incoming: Gradients) -> Gradients:
        shares = incoming[0].flatten(2) * torch.where(same, 0.0, multiplier)
        passed = torch.zeros_like(before).scatter_add(2, winners.expand_as(shares), shares)
        return (passed.reshape(calculus[0].shape),)

    node.register_hook(rescale)


def _check_sum(values: Tensor, scores: Tensor) -> None:
    total, change = values.sum(), scores[0] - scores[1]
    if abs(total - change) > 1e-3 * values.abs().sum() + 1e-6 * scores.abs().max():
        raise UnsupportedNetwork(
            "DeepLIFT's contributions do not sum to the change of this network's score, so some "
            "operation does not keep to its rule; choose integrated gradients."
        )
