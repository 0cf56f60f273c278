"""Sums, means and extremes over axes."""

from collections.abc import Callable

import torch
from torch import Tensor

from ctviz.models.onnx.operators.base import Given, Step, operator

Reduce = Callable[[Tensor, tuple[int, ...], bool], Tensor]

REDUCTIONS: dict[str, Reduce] = {
    "ReduceMean": lambda x, axes, keep: x.mean(axes, keepdim=keep),
    "ReduceSum": lambda x, axes, keep: x.sum(axes, keepdim=keep),
    "ReduceMax": lambda x, axes, keep: x.amax(axes, keepdim=keep),
    "ReduceMin": lambda x, axes, keep: x.amin(axes, keepdim=keep),
    "ReduceL1": lambda x, axes, keep: x.abs().sum(axes, keepdim=keep),
    "ReduceL2": lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keepdim=keep),
    "ReduceSumSquare": lambda x, axes, keep: x.square().sum(axes, keepdim=keep),
}
AXES_ARE_INPUT = {"ReduceSum": 13}
"""Since which operator set; for all others since 18."""


@operator(*REDUCTIONS)
def _reduction(given: Given) -> Step:
    name = given.node.operator
    reduce = REDUCTIONS[name]
    keep = bool(given.node.integer("keepdims", 1))
    axes = given.axes(1, AXES_ARE_INPUT.get(name, 18))
    untouched = axes is None and bool(given.node.integer("noop_with_empty_axes", 0))

    def reduced(x: Tensor) -> Tensor:
        if untouched:
            return x
        return reduce(x, tuple(range(x.ndim)) if axes is None else axes, keep)

    return Step(reduced, (0,))
