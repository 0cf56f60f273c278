"""A network made from an ONNX graph: torch's layers in the file's order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ctviz.core import UnusableModel
from ctviz.core.foreign import foreign
from ctviz.models.onnx.operators import OPERATORS, Given, Step
from ctviz.models.onnx.operators.base import Values, bearable
from ctviz.models.onnx.reading import Graph, Node, read_graph, unknown

ENDS = {"Softmax": "a softmax", "LogSoftmax": "a softmax", "Sigmoid": "a sigmoid"}
"""Ends of a network that make probabilities of class scores."""


@dataclass(frozen=True, eq=False)
class _Call:
    """What is called with which values, and what its answers are called."""

    work: str | Callable[..., Values]
    """The name of a layer, or a function: as in torch's own code, what has no weights is none."""
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    last: tuple[str, ...] = ()
    """Values that nobody needs afterwards."""


class OnnxNetwork(nn.Module):
    """A network (N, C, h, w) -> (N, K), made of torch's own layers as an ONNX file lists them.

    Parameters
    ----------
    graph
        What was read of the file. A softmax or sigmoid at its end is left away, for class scores
        are what goes into it.

    Attributes
    ----------
    ending
        The operation that was left away at the end; empty if there was none.
    operations
        Names of the operations that it is made of.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.shape = graph.shape
        nodes, self.answer, self.ending = _without_end(graph)
        self.image = graph.image
        self.layers = nn.ModuleDict()
        self._whole: dict[str, Tensor] = {}
        constants = dict(graph.constants)
        calls, operations = [], set[str]()
        for index, node in enumerate(_used(nodes, self.answer)):
            step = _built(node, constants)
            if _folded(node, step, constants):
                continue
            operations.add(node.operator)
            work: str | Callable[..., Values] = step.work
            if isinstance(step.work, nn.Module):
                work = f"{node.operator}_{index}"
                self.layers[work] = step.work
            calls.append(_Call(work, _inputs(node, step), node.outputs))
        self._calls = tuple(_forgetting(calls, self.answer))
        self.operations = tuple(sorted(operations))
        self._keep(constants)

    def _keep(self, constants: dict[str, Tensor]) -> None:
        """Keep the constants that are asked for while the network runs."""
        asked = {name for call in self._calls for name in call.inputs}
        self._stored: dict[str, str] = {}
        for name, value in constants.items():
            if name not in asked:
                continue
            if value.is_floating_point():
                # Buffers, for they go where the network goes; names of a file may hold dots.
                self._stored[name] = f"constant_{len(self._stored)}"
                self.register_buffer(self._stored[name], value.clone())
            else:
                self._whole[name] = value

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> class scores (N, K)."""
        values: dict[str, Any] = {"": None, self.image: x, **self._whole}
        values.update((name, getattr(self, own)) for name, own in self._stored.items())
        for call in self._calls:
            work = self.layers[call.work] if isinstance(call.work, str) else call.work
            made = work(*(values[name] for name in call.inputs))
            results = made if isinstance(made, tuple) else (made,)
            for name, result in zip(call.outputs, results, strict=False):
                bearable(result.shape)
                values[name] = result
            for name in call.last:
                del values[name]
        answer: Tensor = values[self.answer]
        return answer


def onnx_network(content: bytes) -> OnnxNetwork:
    """Return the network of an ONNX file's bytes in evaluation, or refuse it in a sentence."""
    graph = read_graph(content)
    damaged = UnusableModel(
        "The ONNX file contradicts itself: weights do not fit the operations that use them."
    )
    with foreign(damaged):
        return OnnxNetwork(graph).eval().requires_grad_(requires_grad=False)


def _without_end(graph: Graph) -> tuple[tuple[Node, ...], str, str]:
    """Return the nodes and the answer before a closing softmax or sigmoid, and what that was."""
    for node in graph.nodes:
        if node.outputs == (graph.answer,) and node.operator in ENDS:
            before = tuple(other for other in graph.nodes if other is not node)
            return before, node.inputs[0], node.operator
    return graph.nodes, graph.answer, ""


def _used(nodes: tuple[Node, ...], answer: str) -> list[Node]:
    """Return the nodes that the answer needs."""
    needed, used = {answer}, []
    for node in reversed(nodes):
        if needed.intersection(node.outputs):
            needed.update(node.inputs)
            used.append(node)
    return used[::-1]


def _built(node: Node, constants: dict[str, Tensor]) -> Step:
    if node.operator == "Constant":
        return Step(nn.Identity(), ())
    build = OPERATORS.get(node.operator)
    if build is None:
        raise unknown(node.operator)
    return build(Given(node, constants))


def _inputs(node: Node, step: Step) -> tuple[str, ...]:
    """Return the names of the values that a step is called with."""
    return node.inputs if step.places is None else tuple(node.inputs[p] for p in step.places)


def _folded(node: Node, step: Step, constants: dict[str, Tensor]) -> bool:
    """Compute a node that depends on no image, once and for all."""
    if node.operator == "Constant":
        constants[node.outputs[0]] = _constant(node)
        return True
    names = _inputs(node, step)
    if not all(name == "" or name in constants for name in names):
        return False
    with torch.no_grad():
        made = step.work(*(constants.get(name) for name in names))
    results = made if isinstance(made, tuple) else (made,)
    constants.update(zip(node.outputs, (each.detach() for each in results), strict=False))
    return True


def _constant(node: Node) -> Tensor:
    for name in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        value = node.attributes.get(name)
        if isinstance(value, Tensor):
            return value
        if value is not None and not isinstance(value, str):
            return torch.tensor(value)
    raise node.misfit("value")


def _forgetting(calls: list[_Call], answer: str) -> Iterator[_Call]:
    """Say after which call a value is not needed any more, so that memory does not grow."""
    last = {name: index for index, call in enumerate(calls) for name in call.inputs}
    made = {name for call in calls for name in call.outputs}
    for index, call in enumerate(calls):
        done = {name for name in call.inputs if last[name] == index and name in made}
        idle = {name for name in call.outputs if name and name not in last}
        yield _Call(call.work, call.inputs, call.outputs, tuple((done | idle) - {answer}))
