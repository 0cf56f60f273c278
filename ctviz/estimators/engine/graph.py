"""The record that a forward pass leaves behind: its operations, and what made which tensor."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node

from ctviz.networks import FunctionWatch, class_scores, tensors_in

Edge: TypeAlias = tuple[Node, int]
"""A recorded tensor: the operation that gave it, and as which of its answers."""


def operations(score: Tensor) -> Iterator[Node]:
    """Yield each recorded operation that the score depends on once, the last ones first."""
    if score.grad_fn is not None:
        yield from between((score.grad_fn, score.output_nr))


def between(edge: Edge, follows: Callable[[Edge], bool] = lambda _: True) -> Iterator[Node]:
    """Yield each recorded operation that a tensor depends on once, the last ones first.

    Arguments that are not to be followed are left out, with all that only they depend on.
    """
    waiting, seen = [edge[0]], set[Node]()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            yield node
            waiting.extend(edge[0] for edge in before(node) if follows(edge))


def operation(node: Node) -> str:
    """Return an operation's bare name: ``Relu`` for ``ReluBackward0``.

    A ``torch.autograd.Function`` keeps its class's name, so that whatever it is called it is not
    taken for one of torch's own.
    """
    if issubclass(type(node), BackwardCFunction):
        return type(node).__name__
    return node.name().rpartition("::")[2].partition("Backward")[0]


def edge_of(tensor: Tensor) -> Edge | None:
    """Return a tensor's place in the record, if it has one."""
    return None if tensor.grad_fn is None else (tensor.grad_fn, tensor.output_nr)


def before(node: Node) -> list[Edge]:
    """Return the recorded arguments of an operation."""
    return [(other, place) for other, place in node.next_functions if other is not None]


@dataclass(frozen=True, eq=False)
class RecordedTensor:
    """A recorded tensor as it was made: by which layer or function, its shape, its edge."""

    layer: str
    """The dotted name of the layer that answered with it; empty if a plain function did."""
    kind: str
    """The class of the layer, or the function's name."""
    shape: tuple[int, ...]
    edge: Edge


@dataclass(frozen=True, eq=False)
class RecordedRun:
    """A watched forward pass: its answer, and what was made on the way, in order."""

    answer: Tensor
    image: Node
    """Where the record begins."""
    made: list[RecordedTensor]
    kept: dict[int, Tensor]
    """Copies of some of what was made, by their places in the list."""


def watched(
    network: nn.Module,
    points: Tensor,
    *,
    ask: Callable[[Tensor], Tensor] | None = None,
    keep: Collection[int] = (),
) -> RecordedRun:
    """Return a watched run of the network, which gets a copy of the points (N, C, h, w).

    It is asked by ``ask``, such as `ClassScore.scores`, or called as it stands.

    Nested layers that end together answer one after the other, the outermost last. Copies are
    made of what ``keep`` names by its place, for what follows may write over it.
    """
    watch = _TensorWatch(keep)

    def recorder(name: str) -> Any:  # noqa: ANN401 - torch's own type of a forward hook
        def record(layer: nn.Module, _: object, output: object) -> None:
            for tensor in tensors_in(output):
                watch.note(name, type(layer).__name__, tensor)

        return record

    start = points.detach().requires_grad_().clone()
    with ExitStack() as hooks:
        for name, layer in network.named_modules():
            # TorchScript cannot be watched; what it answers is then no layer's.
            if name and not isinstance(layer, torch.jit.ScriptModule):
                hooks.enter_context(layer.register_forward_hook(recorder(name)))
        hooks.enter_context(watch)
        answer = class_scores(network, start.clone()) if ask is None else ask(start.clone())
    assert start.grad_fn is not None  # noqa: S101 - a copy of what requires a gradient
    return RecordedRun(answer, start.grad_fn, watch.made, watch.kept)


class Ways:
    """How many ways lead from the image through each recorded tensor to the score.

    A tensor that all of them pass is a cut: whatever the image says to the score, it says through
    this tensor.
    """

    def __init__(self, score: Tensor, image: Node) -> None:
        nodes = image_first(score, image)
        self._from_image: dict[Node, int] = {image: 1}
        for node in nodes:
            ways = sum(self._from_image.get(other, 0) for other, _ in before(node))
            self._from_image[node] = self._from_image.get(node, 0) + ways
        self._to_score: dict[Edge, int] = defaultdict(int)
        last = edge_of(score)
        if last is not None:
            self._to_score[last] = 1
        leaving: dict[Node, int] = defaultdict(int)
        for edge, ways in list(self._to_score.items()):
            leaving[edge[0]] += ways
        for node in reversed(nodes):
            for edge in before(node):
                self._to_score[edge] += leaving[node]
                leaving[edge[0]] += leaving[node]
        self._all = leaving[image]

    def all_pass(self, edge: Edge) -> bool:
        """Whether every way from the image to the score passes a tensor."""
        passing = self._from_image.get(edge[0], 0) * self._to_score.get(edge, 0)
        return self._all > 0 and passing == self._all


def image_first(score: Tensor, image: Node) -> list[Node]:
    """Return the operations in an order in which each comes after all of its arguments."""
    ordered, seen = list[Node](), {image}
    waiting = [(score.grad_fn, False)]
    while waiting:
        node, ready = waiting.pop()
        if node is None or (node in seen and not ready):
            continue
        if ready:
            ordered.append(node)
            continue
        seen.add(node)
        waiting.append((node, True))
        waiting.extend((other, False) for other, _ in before(node))
    return ordered


@dataclass(eq=False)
class _TensorWatch(FunctionWatch):
    """While active, notes every recorded tensor that a function of torch is asked for."""

    keep: Collection[int]
    made: list[RecordedTensor] = field(default_factory=list)
    kept: dict[int, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def call(
        self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401 - whatever the function answers
        """Call the function and note what it gave."""
        answer = function(*arguments, **options)
        if isinstance(answer, Tensor):
            self.note("", getattr(function, "__name__", ""), answer)
        return answer

    def note(self, layer: str, kind: str, tensor: Tensor) -> None:
        """Note a tensor that was made, and keep a copy of it if that is wanted."""
        edge = edge_of(tensor)
        if edge is None:
            return
        if len(self.made) in self.keep:
            self.kept[len(self.made)] = tensor.detach().clone()
        self.made.append(RecordedTensor(layer, kind, tuple(tensor.shape), edge))
