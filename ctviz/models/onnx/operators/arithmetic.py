"""Arithmetic, comparison and products of matrices."""

import functools

import torch
from torch import Tensor, nn

from ctviz.models.onnx.operators.base import (
    Given,
    Step,
    floating,
    on_device,
    operator,
    simple,
)


def _divided(one: Tensor, other: Tensor) -> Tensor:
    # Whole numbers, as in computed shapes, are cut off towards zero.
    return one / other if one.is_floating_point() else torch.div(one, other, rounding_mode="trunc")


def _chosen(condition: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.where(on_device(condition, one), one, on_device(other, one))


simple(
    {
        "Add": torch.add,
        "Sub": torch.sub,
        "Mul": torch.mul,
        "Div": _divided,
        "Pow": torch.pow,
        "Mod": torch.remainder,
        "Neg": torch.neg,
        "Abs": torch.abs,
        "Sqrt": torch.sqrt,
        "Reciprocal": torch.reciprocal,
        "Exp": torch.exp,
        "Log": torch.log,
        "Floor": torch.floor,
        "Ceil": torch.ceil,
        "Sign": torch.sign,
        "Sin": torch.sin,
        "Cos": torch.cos,
        "Equal": torch.eq,
        "Greater": torch.gt,
        "GreaterOrEqual": torch.ge,
        "Less": torch.lt,
        "LessOrEqual": torch.le,
        "Not": torch.logical_not,
        "And": torch.logical_and,
        "Or": torch.logical_or,
        "Where": _chosen,
        "Sum": lambda *values: functools.reduce(torch.add, values),
        "Min": lambda *values: functools.reduce(torch.minimum, values),
        "Max": lambda *values: functools.reduce(torch.maximum, values),
    }
)


def linear(weight: Tensor, bias: Tensor | None = None) -> nn.Linear:
    """Return a layer of stored weights (out, in)."""
    outputs, inputs = weight.shape
    layer = nn.Linear(inputs, outputs, bias=bias is not None)
    layer.weight = nn.Parameter(floating(weight).contiguous())
    if bias is not None:
        layer.bias = nn.Parameter(floating(bias))
    return layer


@operator("MatMul")
def _matrix_product(given: Given) -> Step:
    stored = given.constant(1)
    if stored is not None and stored.ndim == 2 and stored.is_floating_point():
        return Step(linear(stored.T), (0,))
    return Step(torch.matmul)


@operator("Gemm")
def _general_product(given: Given) -> Step:
    node = given.node
    product, addend = node.number("alpha", 1.0), node.number("beta", 1.0)
    if node.integer("transA", 0):
        raise given.refuse("turns its images over; export the network as a plain classifier.")
    stored = given.fixed(1, "weights")
    if stored.ndim != 2:
        raise given.refuse("has weights that are no matrix.")
    weight = product * (stored if node.integer("transB", 0) else stored.T)
    bias = given.optional(2, "biases")
    if bias is None:
        return Step(linear(weight), (0,))
    return Step(linear(weight, (addend * bias).expand(1, len(weight)).flatten()), (0,))


@operator("Einsum")
def _einstein(given: Given) -> Step:
    equation = given.node.word("equation", "")
    return Step(lambda *values: torch.einsum(equation, *values))
