"""The record that a forward pass leaves behind: its operations, and which layer made them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.autograd.graph import Node


def operations(score: Tensor) -> Iterator[Node]:
    """Yield each recorded operation that the score depends on once, the last ones first."""
    waiting, seen = [score.grad_fn], set[Node]()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            yield node
            waiting.extend(before for before, _ in node.next_functions)


def operation(node: Node) -> str:
    """Return an operation's bare name: ``Relu`` for ``ReluBackward0``."""
    return node.name().rpartition("::")[2].partition("Backward")[0]


@dataclass(frozen=True, eq=False)
class LayerCall:
    """One call of a layer: the layer's dotted name, its output's shape and last operation."""

    name: str
    kind: str
    shape: tuple[int, ...]
    node: Node | None


def layer_calls(network: nn.Module, points: Tensor) -> tuple[Tensor, list[LayerCall]]:
    """Return the network's answer and its layers' calls, in the order in which they ended.

    The record begins at the points (N, C, h, w), of which the network gets a copy.
    """
    calls: list[LayerCall] = []

    def recorder(name: str) -> Any:  # noqa: ANN401 - torch's own type of a forward hook
        def record(layer: nn.Module, _: object, output: object) -> None:
            if isinstance(output, Tensor):
                shape = tuple(output.shape)
                calls.append(LayerCall(name, type(layer).__name__, shape, output.grad_fn))

        return record

    with ExitStack() as hooks:
        for name, layer in network.named_modules():
            if name:
                hooks.enter_context(layer.register_forward_hook(recorder(name)))
        return network(points.detach().requires_grad_().clone()), calls
