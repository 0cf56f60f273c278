"""Backward rules that need the values a network computed on its way, not only their derivatives.

Such a rule is written on the record of a network that is piecewise linear: of linear operations,
ReLU and max pooling. Any other is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.overrides import TorchFunctionMode

from ctviz.estimators.engine.graph import operation, operations
from ctviz.estimators.engine.question import Question
from ctviz.estimators.engine.rules import (
    BATCH_NORMALISING,
    LINEAR,
    POOLING,
    RELU,
    RESHAPING,
    SCALING,
    multiplies_features,
    unsupported,
)


@dataclass(frozen=True, eq=False)
class ValuedRecord:
    """A forward pass: its points (N, C, h, w), its scores (N,), and what each operation gave."""

    question: Question
    rule: str
    points: Tensor
    scores: Tensor
    values: dict[Node, Tensor]

    @classmethod
    def of(cls, question: Question, points: Tensor, rule: str) -> Self:
        """Return the record, or refuse the network in the name of the rule."""
        points = points.detach().requires_grad_()
        with _KeepValues() as kept:
            scores = question.scores(points)
        question.require_gradient(scores)
        record = cls(question, rule, points, scores, kept.values)
        for node in record.operations():
            if not _is_piecewise_linear(node):
                raise record.refusal(node)
        return record

    def operations(self) -> list[Node]:
        """Return the operations that the scores depend on, the last ones first."""
        return list(operations(self.scores.sum()))[1:]

    def input(self, node: Node) -> Tensor:
        """Return what an operation's first argument was, or refuse the network."""
        before = node.next_functions[0][0]
        if before is None:
            raise self.refusal(node)
        return self.value(before)

    def value(self, node: Node) -> Tensor:
        """Return what an operation gave, or refuse the network if that was hidden."""
        if node not in self.values:
            raise self.refusal(node)
        return self.values[node]

    def gradients(self, weights: Tensor | None = None) -> Tensor:
        """Return the gradients (N, C, h, w) as the hooks on the operations make them.

        The weights (N,) of the scores are 1 unless given.
        """
        weights = torch.ones_like(self.scores) if weights is None else weights
        (gradients,) = torch.autograd.grad(
            self.scores, self.points, weights, materialize_grads=True
        )
        return gradients

    def refusal(self, node: Node) -> Exception:
        """Return the error that names the operation."""
        return unsupported(self.rule, node, self.question.network, self.points)


def _is_piecewise_linear(node: Node) -> bool:
    if multiplies_features(node) or getattr(node, "_saved_training", False):
        return False
    return operation(node) in RESHAPING | LINEAR | SCALING | BATCH_NORMALISING | POOLING | {RELU}


@dataclass(eq=False)
class _KeepValues(TorchFunctionMode):
    """While active, copies the answer of every recorded operation that torch is asked for.

    They are copied because what follows may write in place. Operations that torch makes inside
    others are recorded but not seen.
    """

    values: dict[Node, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function answers
        """Call the function and keep what it gave."""
        answer = function(*arguments, **(options or {}))
        if isinstance(answer, Tensor) and answer.grad_fn is not None:
            node, value = answer.grad_fn, answer.detach().clone()
            self.values[node] = value
            before = node.next_functions[0][0] if node.next_functions else None
            if before is not None and _is_pooling_to_one_pixel(node, before, value):
                self.values.setdefault(before, value)
        return answer


def _is_pooling_to_one_pixel(node: Node, before: Node, value: Tensor) -> bool:
    """Whether torch made an adaptive average pooling from a mean and a note on its layout."""
    one_pixel = value.ndim == 4 and value.shape[-2:] == (1, 1)
    return one_pixel and operation(node) == "AsStrided" and operation(before) == "Mean"
