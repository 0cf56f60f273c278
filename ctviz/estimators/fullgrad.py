"""The gradient's share of the score, and that of every layer's biases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.nn.functional import interpolate

from ctviz.core import FloatMap, UnsupportedNetwork
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.graph import before, between, operation
from ctviz.estimators.engine.layers import Convolution, Dense, Scale
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.pictures import stays_in_place
from ctviz.estimators.engine.rules import BATCH_NORMALISING, Gradients
from ctviz.estimators.engine.values import ValuedRecord
from ctviz.estimators.engine.weighted_layers import UNREADABLE

SHIFTING = {"Add": 1.0, "Sub": 1.0, "Rsub": -1.0}
"""Operations that may add a constant, and the factor of what they add it to."""


@ESTIMATORS.register("fullgrad")
@dataclass(frozen=True)
class FullGradient(Estimator):
    r"""Magnitudes of input × gradient, and of bias × gradient at every layer, added as pictures.

    .. math:: \psi(x \odot \nabla_x f_t) + \sum_l \sum_c \psi(b_{l,c} \odot \nabla_{b_{l,c}} f_t)

    ψ takes the magnitude, stretches each layer's from 0 to 1 and resamples it bilinearly. A bias is
    whatever a layer adds, the shift of a batch normalisation included; those of layers without
    places, such as dense ones, have no picture. Of a piecewise linear network the terms before ψ
    sum to the class score exactly, which is checked: any other network is refused, and so is one
    that moves its pictures about. The map is never negative.
    """

    title: ClassVar = "FullGrad"
    cite: ClassVar = "Srinivas & Fleuret, NeurIPS 2019. arXiv:1905.00780"
    summary: ClassVar = (
        "Where the scan, or the network's own thresholds at that place, decide the class score, "
        "for or against."
    )
    family: ClassVar = "gradients"

    def passes(self) -> Passes:
        """Return one gradient, and one forward pass without biases, layer by layer."""
        return Passes(forward=1, gradient=1)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the sum of the pictures (h, w)."""
        x = class_score.x
        record = ValuedRecord.of(class_score, x, "FullGrad")
        arriving: dict[Node, Tensor] = {}
        biases = dict(_biases(record))
        for node in biases:
            _keep(node, arriving)
        terms = [x * record.gradients()]
        terms += [biases[node] * arriving[node] for node in biases if node in arriving]
        class_score.progress.advance(2)
        _check_sum(terms, record.scores.detach())
        pictures = [term for term in terms if term.ndim == 4 and max(term.shape[2:]) > 1]
        return sum((_picture(term, x) for term in pictures), torch.zeros_like(x[0, 0]))


def _biases(record: ValuedRecord) -> Iterator[tuple[Node, Tensor]]:
    """Yield the operations that add something, and what (1, …), or refuse the network."""
    for node in record.operations():
        name = operation(node)
        if name in UNREADABLE:
            raise record.refusal(node)
        linear = _without_bias(record, node)
        if linear is None:
            continue
        added = record.value(node) - linear
        if not bool(added.any()):
            continue
        if added.ndim == 4 and not all(map(stays_in_place, between((node, 0)))):
            raise record.refusal(next(n for n in between((node, 0)) if not stays_in_place(n)))
        yield node, added


def _without_bias(record: ValuedRecord, node: Node) -> Tensor | None:
    """Return what an operation gives (1, …) without what it adds; None if it cannot add."""
    name = operation(node)
    if name == "Convolution":
        return Convolution.of(node).forward(record.input(node))
    if name in BATCH_NORMALISING:
        return Scale.of(node).forward(record.input(node))
    if name == "Addmm" and node.next_functions[1][0] is not None:
        return Dense.of(node).forward(record.value(*before(node)[0]))
    if name in SHIFTING and len(before(node)) == 1:
        return (SHIFTING[name] * record.value(*before(node)[0])).expand_as(record.value(node))
    return None


def _keep(node: Node, arriving: dict[Node, Tensor]) -> None:
    """Keep the gradient at what an operation gives."""

    def keep(incoming: Gradients) -> None:
        arriving[node] = incoming[0].detach()

    node.register_prehook(keep)


def _check_sum(terms: list[Tensor], score: Tensor) -> None:
    precise = [term.cpu().double() for term in terms]
    total = float(sum(term.sum() for term in precise))
    size = float(sum(term.abs().sum() for term in precise))
    if abs(total - float(score[0])) > 1e-3 * size + 1e-6 * abs(float(score[0])):
        raise UnsupportedNetwork(
            "FullGrad's terms do not sum to this network's score, so some operation adds what is "
            "not on the record; choose input × gradient."
        )


def _picture(term: Tensor, x: Tensor) -> Tensor:
    """Return a layer's magnitudes, stretched from 0 to 1, as a picture (h, w), channels summed."""
    strength = term.abs()
    lowest, highest = strength.min(), strength.max()
    if highest == lowest:
        return torch.zeros_like(x[0, 0])
    stretched = (strength - lowest) / (highest - lowest)
    # Summed first: resampling is linear, and channels are many.
    coarse = stretched.sum(1, keepdim=True)
    return interpolate(coarse, x.shape[2:], mode="bilinear")[0, 0]
