"""Rules of relevance for what a transformer has and a network of ReLU has not.

As between all layers, relevance runs back per unit of a value, so that each rule is a change of the
gradient. A softmax keeps its own: its rule is a Taylor expansion, which the gradient is.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.nn.functional import gelu

from ctviz.estimators.engine.attention import FUSED, SOFTMAX
from ctviz.estimators.engine.graph import Edge, before, operation
from ctviz.estimators.engine.rules import (
    BATCH_NORMALISING,
    FACTORS,
    LINEAR,
    POOLING,
    RELU,
    RESHAPING,
    SCALING,
    Gradients,
    multiplies_features,
)

AS_THE_GRADIENT = {
    *(*BATCH_NORMALISING, *LINEAR, *POOLING, *RESHAPING, *SCALING, *SOFTMAX),
    *("MaskedFill", RELU),
}
GATING = {"Add", "Div", "Erf", "Hardsigmoid", "Mul", "Neg", "Rsub", "Sigmoid", "Sub"}
SQUASHING = {"Erf", "Hardsigmoid", "Sigmoid"}
PRODUCTS = {"Baddbmm", "Bmm", "Mm", "Mul", "Mv"}
OF_FUSED = MappingProxyType({0: 0.25, 1: 0.25, 2: 0.5})
"""Queries and keys are halved by both of attention's products, values by one."""


def relevant_arguments(node: Node) -> list[Node] | None:
    """Return the operations to which one hands relevance back; None if it has no rule.

    Its rule is written in the place of its derivative.
    """
    name = operation(node)
    arguments = [other for other, _ in before(node)]
    if name.startswith(FUSED):
        node.register_hook(_InShares(OF_FUSED))
    elif name == "NativeLayerNorm":
        node.register_hook(_Normalised(node))
    elif name in {"Gelu", "Silu", "Tanh"}:
        node.register_hook(_Activated(node))
    elif not multiplies_features(node):
        return arguments if name in AS_THE_GRADIENT else None
    elif (gate := _gate(node)) is not None:
        node.register_hook(_InShares({gate: 0.0}))
        return [arguments[1 - gate]]
    elif name in PRODUCTS:
        node.register_hook(_InShares(dict.fromkeys(FACTORS[name], 0.5)))
    else:
        return None
    return arguments


class _InShares:
    """Some arguments, by their places, get a share of their gradient: half of it, or nothing."""

    def __init__(self, shares: Mapping[int, float]) -> None:
        self._shares = shares

    def __call__(self, calculus: Gradients, _: Gradients) -> Gradients:
        return tuple(
            each if each is None else each * self._shares.get(place, 1.0)
            for place, each in enumerate(calculus)
        )


class _Normalised:
    """A layer normalisation passes on what its features are divided by as if it were constant."""

    def __init__(self, node: Node) -> None:
        self._scale: Tensor = _saved(node, "result2").detach()
        self._weight: Tensor | None = _saved(node, "weight")
        self._axes = tuple(range(-len(_saved(node, "normalized_shape")), 0))

    def __call__(self, calculus: Gradients, incoming: Gradients) -> Gradients:
        outgoing = incoming[0] if self._weight is None else incoming[0] * self._weight
        linear = self._scale * (outgoing - outgoing.mean(self._axes, keepdim=True))
        return linear, *calculus[1:]


class _Activated:
    """A smooth activation passes relevance on unchanged, which is f(x) / x per unit."""

    def __init__(self, node: Node) -> None:
        if operation(node) == "Tanh":
            value = _saved(node, "result").detach()
            # Torch keeps no x of it; where it is 1 to the last bit, x is the largest that it tells.
            most = 1 - torch.finfo(value.dtype).eps
            x = value.clamp(-most, most).atanh()
            self._per_unit = torch.where(x == 0, 1.0, value / x)
            return
        x = _saved(node, "self").detach()
        if operation(node) == "Silu":
            self._per_unit = x.sigmoid()
        else:
            value = gelu(x, approximate=_saved(node, "approximate"))
            self._per_unit = torch.where(x == 0, 0.5, value / x)

    def __call__(self, calculus: Gradients, incoming: Gradients) -> Gradients:
        return incoming[0] * self._per_unit, *calculus[1:]


def _gate(node: Node) -> int | None:
    """Return which factor of a product is an activation's gate, or a normalisation's divisor.

    Written out, GELU is x · Φ(x) and SiLU x · σ(x): the gate is made of nothing but x, value for
    value. A divisor is one if it is a root, as the standard deviation is.
    """
    name = operation(node)
    if name == "Div":
        divisors = [other for other, _ in before(node)[1:]]
        return 1 if any(operation(other) == "Sqrt" for other in divisors) else None
    if name != "Mul":
        return None
    for place, factor in enumerate(before(node)):
        *_, root = _made_of(before(node)[1 - place], SCALING)
        passed = list(_made_of(factor, GATING))
        if root in passed and any(map(_squashes, passed[: passed.index(root)])):
            return place
    return None


def _squashes(edge: Edge) -> bool:
    return operation(edge[0]) in SQUASHING


def _made_of(edge: Edge, operations: set[str]) -> Iterator[Edge]:
    """Yield a tensor, and what it was made of value for value by some operations."""
    yield edge
    while operation(edge[0]) in operations and len(before(edge[0])) == 1:
        (edge,) = before(edge[0])
        yield edge


def _saved(node: Node, name: str) -> Any:  # noqa: ANN401 - torch's own type of what it saves
    return getattr(node, f"_saved_{name}")
