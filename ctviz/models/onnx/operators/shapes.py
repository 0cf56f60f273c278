"""What moves numbers about: shapes, slices, rows put together and taken apart."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctviz.core import UnsupportedNetwork
from ctviz.models.onnx.operators.base import (
    Given,
    Step,
    bearable,
    on_device,
    operator,
    simple,
    whole,
)
from ctviz.models.onnx.reading import KINDS

FARTHEST = 2**31
"""Ends of slices beyond this mean "to the end"."""


def _expanded(x: Tensor, shape: Tensor) -> Tensor:
    sizes = whole(shape)
    # Either may be 1 where the other is not, or have fewer axes.
    longer = [1] * (x.ndim - len(sizes)) + sizes
    own = [1] * (len(longer) - x.ndim) + list(x.shape)
    return x.expand(bearable([max(pair) for pair in zip(own, longer, strict=True)]))


def _tiled(x: Tensor, repeats: Tensor) -> Tensor:
    times = whole(repeats)
    bearable([size * count for size, count in zip(x.shape, times, strict=True)])
    return x.repeat(times)


def _counted(start: Tensor, stop: Tensor, step: Tensor) -> Tensor:
    first, end, each = (value.item() for value in (start, stop, step))
    if each == 0:
        raise UnsupportedNetwork("The network counts in steps of 0.")
    bearable([max(0, math.ceil((end - first) / each))])
    return torch.arange(first, end, each, dtype=start.dtype)


def _sliced(
    x: Tensor,
    starts: Tensor,
    ends: Tensor,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    first, last = whole(starts), whole(ends)
    along = list(range(len(first))) if axes is None else whole(axes)
    by = [1] * len(first) if steps is None else whole(steps)
    for axis, start, end, step in zip(along, first, last, by, strict=True):
        if step == 0:
            raise UnsupportedNetwork("The network slices in steps of 0.")
        # Python's own rule for a slice is ONNX's, but torch knows no steps back.
        places = range(x.shape[axis])[start : _end(end) : step]
        if places.step == 1:
            x = x.narrow(axis, places.start if places else 0, len(places))
        else:
            x = x.index_select(axis, torch.tensor(list(places), device=x.device))
    return x


def _end(end: int) -> int | None:
    return None if abs(end) >= FARTHEST else end


simple(
    {
        "Identity": lambda x: x,
        "Expand": _expanded,
        "Tile": _tiled,
        "Range": _counted,
        "Size": lambda x: torch.tensor(x.numel()),
        "Slice": _sliced,
    }
)


@operator("Dropout")
def _dropout(given: Given) -> Step:
    training = given.constant(2)
    if given.has(2) and (training is None or bool(training)):
        raise given.refuse("drops values by chance; export the network in evaluation (`.eval()`).")
    return Step(nn.Identity(), (0,))


@operator("Shape")
def _shape(given: Given) -> Step:
    start, end = given.node.integer("start", 0), given.node.integer("end", FARTHEST)
    return Step(lambda x: torch.tensor(list(x.shape)[start:end], dtype=torch.int64))


@operator("Reshape")
def _reshape(given: Given) -> Step:
    zero_is_zero = bool(given.node.integer("allowzero", 0))

    def reshaped(x: Tensor, shape: Tensor) -> Tensor:
        sizes = whole(shape)
        if not zero_is_zero:
            kept = [*x.shape, *[0] * len(sizes)]
            sizes = [kept[axis] if size == 0 else size for axis, size in enumerate(sizes)]
        return x.reshape(sizes)

    return Step(reshaped)


@operator("Flatten")
def _flatten(given: Given) -> Step:
    axis = given.node.integer("axis", 1)
    if axis == 1:
        return Step(nn.Flatten())
    return Step(lambda x: x.reshape(math.prod(x.shape[:axis]), -1))


@operator("Transpose")
def _transpose(given: Given) -> Step:
    order = given.node.integers("perm", ())
    return Step(lambda x: x.permute(order or tuple(range(x.ndim))[::-1]))


@operator("Squeeze")
def _squeeze(given: Given) -> Step:
    axes = given.axes(1, 13)
    return Step(lambda x: x.squeeze() if axes is None else x.squeeze(axes), (0,))


@operator("Unsqueeze")
def _unsqueeze(given: Given) -> Step:
    axes = given.axes(1, 13) or ()

    def unsqueezed(x: Tensor) -> Tensor:
        rank = x.ndim + len(axes)
        for axis in sorted(axis % rank for axis in axes):
            x = x.unsqueeze(axis)
        return x

    return Step(unsqueezed, (0,))


@operator("Concat")
def _concat(given: Given) -> Step:
    axis = given.node.integer("axis", 0)
    return Step(lambda *parts: torch.cat(parts, dim=axis))


@operator("Split")
def _split(given: Given) -> Step:
    axis, parts = given.node.integer("axis", 0), len(given.node.outputs)
    stored = given.optional(1, "sizes") if given.node.opset >= 13 else None
    sizes = given.node.integers("split", ()) if stored is None else tuple(whole(stored))

    def split(x: Tensor) -> tuple[Tensor, ...]:
        each = -(-x.shape[axis] // parts)
        return torch.split(x, list(sizes) if sizes else each, dim=axis)

    return Step(split, (0,))


@operator("Gather")
def _gather(given: Given) -> Step:
    axis = given.node.integer("axis", 0)

    def gathered(x: Tensor, places: Tensor) -> Tensor:
        along = axis % x.ndim
        if places.ndim == 0:
            return x.select(along, int(places))
        wanted = on_device(places, x).long() % x.shape[along]
        chosen = x.index_select(along, wanted.flatten())
        return chosen.reshape((*x.shape[:along], *places.shape, *x.shape[along + 1 :]))

    return Step(gathered)


@operator("Cast")
def _cast(given: Given) -> Step:
    kind = KINDS.get(given.node.integer("to", 0))
    if kind is None:
        raise given.refuse("makes numbers of a kind other than float32; export it in float32.")
    return Step(lambda x: x.to(kind))


@operator("ConstantOfShape")
def _constant_of_shape(given: Given) -> Step:
    value = given.node.attributes.get("value", torch.zeros(1))
    if not isinstance(value, Tensor):
        raise given.node.misfit("value")
    (filler,) = value.flatten()
    return Step(lambda shape: filler.expand(bearable(whole(shape))).clone())


MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@operator("Pad")
def _pad(given: Given) -> Step:
    mode = MODES.get(given.node.word("mode", "constant"))
    if mode is None or given.has(3):
        raise given.refuse("pads in a way that ctviz does not know.")
    sizes = whole(given.fixed(1, "widths"))
    filler = given.optional(2, "fill")
    value = 0.0 if filler is None else float(filler)
    half = len(sizes) // 2
    # ONNX tells all beginnings and then all ends; torch both of the last axis first.
    widths = [size for axis in reversed(range(half)) for size in (sizes[axis], sizes[half + axis])]
    while len(widths) > 2 and widths[-2:] == [0, 0]:
        widths = widths[:-2]

    def padded(x: Tensor) -> Tensor:
        ends = [*widths, *[0] * (2 * x.ndim - len(widths))]
        bearable(
            [
                size + ends[2 * (x.ndim - 1 - axis)] + ends[2 * (x.ndim - 1 - axis) + 1]
                for axis, size in enumerate(x.shape)
            ]
        )
        if mode == "constant":
            return functional.pad(x, widths, mode, value)
        return functional.pad(x, widths, mode)

    return Step(padded, (0,))


@operator("DepthToSpace")
def _depth_to_space(given: Given) -> Step:
    if given.node.word("mode", "DCR") != "CRD":
        raise given.refuse("orders channels in a way that ctviz does not know (mode DCR).")
    return Step(nn.PixelShuffle(given.node.integer("blocksize", 1)))


Interpolation = Callable[[Tensor, list[int]], Tensor]

INTERPOLATIONS: dict[tuple[str, str], Interpolation] = {
    ("nearest", "asymmetric"): lambda x, size: functional.interpolate(x, size, mode="nearest"),
    ("linear", "half_pixel"): lambda x, size: functional.interpolate(x, size, mode="bilinear"),
    ("linear", "pytorch_half_pixel"): lambda x, size: functional.interpolate(
        x, size, mode="bilinear"
    ),
    ("linear", "align_corners"): lambda x, size: functional.interpolate(
        x, size, mode="bilinear", align_corners=True
    ),
}


@operator("Resize")
def _resize(given: Given) -> Step:
    node = given.node
    wanted = node.word("mode", "nearest"), node.word("coordinate_transformation_mode", "half_pixel")
    resize = INTERPOLATIONS.get(wanted)
    if resize is None:
        raise given.refuse("resizes images in a way that ctviz does not know.")
    scales, sizes = given.optional(2, "scales"), given.optional(3, "sizes")

    def resized(x: Tensor) -> Tensor:
        if sizes is not None:
            size = whole(sizes)
        else:
            factors = torch.ones(x.ndim) if scales is None else scales
            size = [int(n * float(f)) for n, f in zip(x.shape, factors, strict=True)]
        return resize(x, bearable([*x.shape[:2], *size[2:]])[2:])

    return Step(resized, (0,))
