"""Activations: each is torch's own module where it has one."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from ctviz.models.onnx.operators.base import Given, Step, floating, operator, simple

SIXTH = 1 / 6

PLAIN: dict[str, Callable[[], nn.Module]] = {
    "Relu": nn.ReLU,
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "Softplus": nn.Softplus,
    "Softsign": nn.Softsign,
    "HardSwish": nn.Hardswish,
    "Mish": nn.Mish,
}


@operator(*PLAIN)
def _plain(given: Given) -> Step:
    return Step(PLAIN[given.node.operator]())


@operator("LeakyRelu")
def _leaky(given: Given) -> Step:
    return Step(nn.LeakyReLU(given.node.number("alpha", 0.01)))


@operator("Elu")
def _elu(given: Given) -> Step:
    return Step(nn.ELU(given.node.number("alpha", 1.0)))


@operator("Celu")
def _celu(given: Given) -> Step:
    return Step(nn.CELU(given.node.number("alpha", 1.0)))


@operator("Selu")
def _selu(given: Given) -> Step:
    alpha, gamma = given.node.number("alpha", 1.67326324), given.node.number("gamma", 1.05070098)
    if abs(alpha - 1.67326324) > 1e-4 or abs(gamma - 1.05070098) > 1e-4:
        raise given.refuse("has other settings than its paper's, which ctviz does not know.")
    return Step(nn.SELU())


@operator("PRelu")
def _prelu(given: Given) -> Step:
    slopes = floating(given.fixed(1, "slopes")).flatten()
    layer = nn.PReLU(len(slopes))
    layer.weight = nn.Parameter(slopes)
    return Step(layer, (0,))


@operator("HardSigmoid")
def _hard_sigmoid(given: Given) -> Step:
    slope, middle = given.node.number("alpha", 0.2), given.node.number("beta", 0.5)
    if math.isclose(slope, SIXTH, rel_tol=1e-4) and middle == 0.5:
        return Step(nn.Hardsigmoid())
    return Step(lambda x: (slope * x + middle).clamp(0, 1))


@operator("Gelu")
def _gelu(given: Given) -> Step:
    return Step(nn.GELU(approximate=given.node.word("approximate", "none")))


@operator("Clip")
def _clip(given: Given) -> Step:
    low, high = (
        None if limit is None else float(limit)
        for limit in (given.optional(1, "limits"), given.optional(2, "limits"))
    )
    if low == 0 and high is None:
        return Step(nn.ReLU(), (0,))
    if low == 0 and high == 6:
        return Step(nn.ReLU6(), (0,))
    return Step(lambda x: x.clamp(low, high), (0,))


@operator("Softmax", "LogSoftmax")
def _softmax(given: Given) -> Step:
    kind = nn.Softmax if given.node.operator == "Softmax" else nn.LogSoftmax
    if given.node.opset >= 13:
        return Step(kind(dim=given.node.integer("axis", -1)))
    axis = given.node.integer("axis", 1)

    def flat(x: Tensor) -> Tensor:
        # Until operator set 12 all axes from this one on were one.
        rows: Tensor = kind(dim=-1)(x.flatten(axis))
        return rows.reshape(x.shape)

    return Step(flat)


simple({"Erf": torch.erf})
