"""Layers with weights or windows: convolutions, pooling, normalisation."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctviz.models.onnx.operators.base import Given, Step, floating, operator

Pair: TypeAlias = tuple[int, int]


class Padded(nn.Module):
    """A layer with a window that is not centred: it is called with a padded image.

    Parameters
    ----------
    layer
        Without padding of its own.
    widths
        Left, right, top, bottom; None to choose them so that the answer has the image's size
        divided by the stride.
    late
        Whether an odd pixel is added at the end.
    value
        What is added.
    """

    def __init__(
        self, layer: nn.Module, widths: tuple[int, ...] | None, *, late: bool, value: float
    ) -> None:
        super().__init__()
        self.layer, self.widths, self.late, self.value = layer, widths, late, value

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> what the layer makes of the padded image."""
        widths = self.widths or self._same(x)
        answer: Tensor = self.layer(functional.pad(x, widths, value=self.value))
        return answer

    def _same(self, x: Tensor) -> tuple[int, ...]:
        widths: list[int] = []
        for axis in (1, 0):
            size = x.shape[2 + axis]
            stride, kernel, dilation = (
                _pair(getattr(self.layer, name, 1))[axis]
                for name in ("stride", "kernel_size", "dilation")
            )
            missing = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
            odd = missing // 2, missing - missing // 2
            widths += odd if self.late else odd[::-1]
        return tuple(widths)


def _pair(value: int | Pair) -> Pair:
    return value if isinstance(value, tuple) else (value, value)


def windowed(
    given: Given,
    layer: Callable[[Pair], nn.Module],
    value: float = 0.0,
    largest: Pair | None = None,
) -> Step:
    """Return a layer that is made with its symmetric padding, or padded from outside.

    Parameters
    ----------
    given
        The node, which tells the padding.
    layer
        Makes the layer with (rows, columns) of padding.
    value
        What an uneven padding adds.
    largest
        More symmetric padding than this the layer does not take.
    """
    way = given.node.word("auto_pad", "NOTSET")
    if way in {"SAME_UPPER", "SAME_LOWER"}:
        padded = Padded(layer((0, 0)), None, late=way == "SAME_UPPER", value=value)
        return Step(padded, (0,))
    top, left, bottom, right = (
        given.node.integers("pads", (0, 0, 0, 0)) if way == "NOTSET" else (0,) * 4
    )
    if min(top, left, bottom, right) < 0:
        raise given.node.misfit("pads")
    fits = largest is None or (top <= largest[0] and left <= largest[1])
    if (top, left) == (bottom, right) and fits:
        return Step(layer((top, left)), (0,))
    widths = left, right, top, bottom
    return Step(Padded(layer((0, 0)), widths, late=True, value=value), (0,))


def pair(given: Given, name: str, default: Pair = (1, 1)) -> Pair:
    """Return a setting of (rows, columns), both positive."""
    values = given.node.integers(name, default)
    if len(values) != len(default) or min(values) < 1:
        raise given.node.misfit(name)
    return values[0], values[1]


@operator("Conv")
def _convolution(given: Given) -> Step:
    weight, bias = floating(given.fixed(1, "weights")), given.optional(2, "biases")
    groups = given.node.integer("group", 1)
    if weight.ndim != 4 or groups < 1 or len(weight) % groups:
        raise given.refuse("is no convolution of images; ctviz reads networks of slices.")

    def layer(padding: Pair) -> nn.Module:
        made = nn.Conv2d(
            weight.shape[1] * groups,
            weight.shape[0],
            (weight.shape[2], weight.shape[3]),
            stride=pair(given, "strides"),
            padding=padding,
            dilation=pair(given, "dilations"),
            groups=groups,
            bias=bias is not None,
        )
        made.weight = nn.Parameter(weight)
        if bias is not None:
            made.bias = nn.Parameter(floating(bias))
        return made

    return windowed(given, layer)


@operator("MaxPool")
def _max_pool(given: Given) -> Step:
    if len([name for name in given.node.outputs if name]) > 1:
        raise given.refuse("also tells where the largest values were, which ctviz does not read.")
    kernel = pair(given, "kernel_shape")

    def layer(padding: Pair) -> nn.Module:
        return nn.MaxPool2d(
            kernel,
            stride=pair(given, "strides"),
            padding=padding,
            dilation=pair(given, "dilations"),
            ceil_mode=bool(given.node.integer("ceil_mode", 0)),
        )

    return windowed(given, layer, -torch.inf, (kernel[0] // 2, kernel[1] // 2))


@operator("AveragePool")
def _average_pool(given: Given) -> Step:
    kernel = pair(given, "kernel_shape")
    counted = bool(given.node.integer("count_include_pad", 0))
    if pair(given, "dilations") != (1, 1):
        raise given.refuse("averages with gaps, which ctviz does not know.")

    def layer(padding: Pair) -> nn.Module:
        return nn.AvgPool2d(
            kernel,
            stride=pair(given, "strides"),
            padding=padding,
            ceil_mode=bool(given.node.integer("ceil_mode", 0)),
            count_include_pad=counted,
        )

    step = windowed(given, layer, 0.0, (kernel[0] // 2, kernel[1] // 2))
    if isinstance(step.work, Padded) and not counted:
        raise given.refuse("averages over an uneven border, which ctviz does not know.")
    return step


@operator("GlobalAveragePool")
def _global_average(_: Given) -> Step:
    return Step(nn.AdaptiveAvgPool2d(1))


@operator("GlobalMaxPool")
def _global_maximum(_: Given) -> Step:
    return Step(nn.AdaptiveMaxPool2d(1))


class BatchNorm(nn.BatchNorm2d):
    """Torch's normalisation by stored statistics, for images and for rows of features."""

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002 - torch's own name
        if input.ndim < 2:
            raise ValueError("a batch has two dimensions or more")


@operator("BatchNormalization")
def _batch_norm(given: Given) -> Step:
    if given.node.integer("training_mode", 0) or len([n for n in given.node.outputs if n]) > 1:
        raise given.refuse(
            "lets the images of a batch see one another; export the network in evaluation "
            "(`.eval()`)."
        )
    scale, shift, mean, variance = (
        floating(given.fixed(place, "statistics")) for place in range(1, 5)
    )
    layer = BatchNorm(len(scale), eps=given.node.number("epsilon", 1e-5))
    layer.weight, layer.bias = nn.Parameter(scale), nn.Parameter(shift)
    layer.running_mean, layer.running_var = mean, variance
    return Step(layer.eval(), (0,))


@operator("InstanceNormalization")
def _instance_norm(given: Given) -> Step:
    scale, shift = (floating(given.fixed(place, "weights")) for place in (1, 2))
    layer = nn.InstanceNorm2d(len(scale), given.node.number("epsilon", 1e-5), affine=True)
    layer.weight, layer.bias = nn.Parameter(scale), nn.Parameter(shift)
    return Step(layer, (0,))


@operator("GroupNormalization")
def _group_norm(given: Given) -> Step:
    if given.node.opset < 21:
        raise given.refuse(
            "is known from operator set 21 on; export with `opset_version=17` or 21."
        )
    scale, shift = (floating(given.fixed(place, "weights")) for place in (1, 2))
    groups = given.node.integer("num_groups", 1)
    layer = nn.GroupNorm(groups, len(scale), given.node.number("epsilon", 1e-5))
    layer.weight, layer.bias = nn.Parameter(scale), nn.Parameter(shift)
    return Step(layer, (0,))


@operator("LayerNormalization")
def _layer_norm(given: Given) -> Step:
    scale, shift = floating(given.fixed(1, "weights")), given.optional(2, "biases")
    if given.node.integer("axis", -1) not in {-scale.ndim, -1}:
        raise given.refuse("normalises over axes that its weights do not cover.")
    layer = nn.LayerNorm(list(scale.shape), given.node.number("epsilon", 1e-5))
    layer.weight = nn.Parameter(scale)
    layer.bias = nn.Parameter(torch.zeros_like(scale) if shift is None else floating(shift))
    return Step(layer, (0,))


@operator("LRN")
def _local_response(given: Given) -> Step:
    node = given.node
    return Step(
        nn.LocalResponseNorm(
            node.integer("size", 1),
            node.number("alpha", 1e-4),
            node.number("beta", 0.75),
            node.number("bias", 1.0),
        )
    )
