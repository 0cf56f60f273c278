"""Which tensor of a network is a picture of the image, and which of its numbers stand where.

A tensor is taken for a picture only if every recorded way from the image to the class score passes
it, and its places lie as the image's do. Where a network moves its values about, or keeps them as
tokens, the second is not believed but tried out, see `Trial`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

from ctviz.core import InvalidParameter, UnsupportedNetwork
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.graph import (
    Edge,
    RecordedRun,
    RecordedTensor,
    Ways,
    before,
    between,
    operation,
    watched,
)
from ctviz.estimators.engine.readings import AS_IT_IS, LayerReading, Trial, token_readings
from ctviz.estimators.engine.rules import BATCH_NORMALISING, POOLING, RELU
from ctviz.networks import NO_GRADIENT, foreign_code

ACTIVATIONS = {
    RELU,
    *("Celu", "Clamp", "ClampMin", "Elu", "Gelu", "Hardsigmoid", "Hardswish", "Hardtanh"),
    *("LeakyRelu", "Mish", "PreluKernel", "Selu", "Sigmoid", "Silu", "Softplus", "Tanh"),
    *("Threshold", "Where"),
}
SUMS = {"Add", "Cat", "Rsub", "Sub"}
IN_PLACE_OF_THE_IMAGE = {
    *(*BATCH_NORMALISING, *POOLING, *ACTIVATIONS, *SUMS),
    *("AccumulateGrad", "AdaptiveAvgPool2D", "AvgPool2D", "Clone", "ConstantPadNd", "Convolution"),
    *("Div", "Expand", "MkldnnAdaptiveAvgPool2D", "MkldnnConvolution", "Mul", "NativeGroupNorm"),
    *("Neg", "Pow", "ReflectionPad2D", "ReplicationPad2D", "ToCopy", "UpsampleBicubic2D"),
    *("UpsampleBilinear2D", "UpsampleNearest2D"),
}
"""Operations of pictures (N, C, h, w) that leave every value where it is."""


@dataclass(frozen=True)
class LayerPicture:
    """Where a network makes a picture: its place among what is made, and how to read it."""

    place: int
    reading: LayerReading
    title: str
    """How messages name it."""
    layer: str = ""
    """The dotted name of the layer that answers with it as it is; empty if none does."""


def picture(class_score: ClassScore, layer: str = "") -> LayerPicture:
    """Return the last picture that every way from the image to the class score passes.

    One forward pass is watched, so that the order is that of execution, and layers that are not
    used do not count. A layer's answer is a candidate, and where plain functions join branches
    again, their sum is. Of nested layers that end together the outermost is taken.

    Parameters
    ----------
    layer
        The layer's dotted name, if another than the last is wanted.
    """
    search = _PictureSearch.of(class_score)
    class_score.progress.advance()
    found = search.last(layer)
    if found is not None:
        return found
    last = search.last() if layer else None
    if last is None:
        raise UnsupportedNetwork(
            "No layer of this network answers with feature maps that everything from the image to "
            "the class score passes and whose places are the image's; choose an estimator that "
            "reads gradients."
        )
    raise InvalidParameter(
        f"This network has no layer '{layer}' with feature maps that everything from the image to "
        f"the class score passes; its last one is {last.title}."
    )


def features_and_gradients(class_score: ClassScore, found: LayerPicture) -> tuple[Tensor, Tensor]:
    """Return a picture's feature maps (C', h', w'), and the class score's gradient in them."""
    run = watched(class_score.network, class_score.x, ask=class_score.scores, keep=[found.place])
    score = run.answer.sum()
    class_score.require_gradient(score)
    gradient = _gradient(score, run.made[found.place])
    class_score.progress.advance()
    features = found.reading(run.kept[found.place])
    return _precise(features), _precise(found.reading(gradient))


@dataclass(frozen=True, eq=False)
class _PictureSearch:
    """A watched run, and what can be asked of it."""

    class_score: ClassScore
    run: RecordedRun
    score: Tensor
    tried: dict[int, LayerReading | None] = field(default_factory=dict)

    @classmethod
    def of(cls, class_score: ClassScore) -> "_PictureSearch":
        run = watched(class_score.network, class_score.x, ask=class_score.scores)
        score = run.answer.sum()
        class_score.require_gradient(score)
        return cls(class_score, run, score)

    def last(self, layer: str = "") -> LayerPicture | None:
        """Return the last picture, or the last one that a layer answered with."""
        for place in reversed(self._candidates):
            made = self.run.made[place]
            if layer in {"", made.layer} and (reading := self._reading(place)) is not None:
                layer = made.layer if reading.axes == AS_IT_IS and not reading.skipped else ""
                return LayerPicture(place, reading, self._title(made), layer)
        return None

    @cached_property
    def _ways(self) -> Ways:
        return Ways(self.score, self.run.image)

    @cached_property
    def _candidates(self) -> list[int]:
        """Return the places of layers' answers and of joined branches that are cuts."""
        found, parted = list[int](), False
        for place, made in enumerate(self.run.made):
            if not _may_be_picture(made.shape):
                continue
            if not self._ways.all_pass(made.edge):
                parted = True
                continue
            joins = parted and not self._is_gated(made)
            if made.layer or joins or self._activates(made, found):
                found.append(place)
                parted = False
        return found

    def _is_gated(self, made: RecordedTensor) -> bool:
        """Whether a tensor is a picture times weights that were made of it."""
        node = made.edge[0]
        factors = before(node) if operation(node) not in SUMS else []
        return len(factors) > 1 and any(map(self._ways.all_pass, factors))

    def _activates(self, made: RecordedTensor, found: Sequence[int]) -> bool:
        """Whether a tensor is the activation of branches that plain functions joined."""
        last = self.run.made[found[-1]] if found else None
        if last is None or last.layer or operation(made.edge[0]) not in ACTIVATIONS:
            return False
        return before(made.edge[0]) == [last.edge]

    def _title(self, made: RecordedTensor) -> str:
        return f"'{made.layer}'" if made.layer else f"what the function '{made.kind}' answers"

    def _reading(self, place: int) -> LayerReading | None:
        if place not in self.tried:
            self.tried[place] = self._found(place)
        return self.tried[place]

    def _found(self, place: int) -> LayerReading | None:
        made = self.run.made[place]
        nodes = list(between(made.edge, self._has_places))
        lies_still = self.run.image in nodes and all(map(stays_in_place, nodes))
        if len(made.shape) == 4 and lies_still:
            best: LayerReading | None = LayerReading(AS_IT_IS, _grid(made.shape))
        else:
            readings = [reading for reading in self._readings(made) if self._matters(made, reading)]
            best = self._best(place, readings) if readings else None
        if best is None or any(self._is_displaced(node, best.grid) for node in nodes):
            return None
        return best

    def _has_places(self, edge: Edge) -> bool:
        """Whether a tensor is anything but one number a channel, such as a gate."""
        shape = self._shapes.get(edge, ())
        return len(shape) != 4 or max(shape[-2:]) > 1

    def _is_displaced(self, node: Node, grid: tuple[int, int]) -> bool:
        """Whether an operation cuts off, or puts on at one side, more than half a cell."""
        shape = self._shapes.get(before(node)[0], ()) if before(node) else ()
        if len(shape) != 4:
            return False
        shifts = _shifts(node, shape)
        return any(
            shift * places > size / 2
            for shift, size, places in zip(shifts, shape[2:], grid, strict=True)
        )

    @cached_property
    def _shapes(self) -> dict[Edge, tuple[int, ...]]:
        shapes = {made.edge: made.shape for made in self.run.made}
        return {(self.run.image, 0): tuple(self.class_score.x.shape), **shapes}

    def _readings(self, made: RecordedTensor) -> Iterator[LayerReading]:
        """Yield the ways to read a tensor as feature maps, likely or not."""
        if len(made.shape) == 4:
            yield LayerReading(AS_IT_IS, _grid(made.shape))
            if max(made.shape[1:3]) > 1:
                yield LayerReading((0, 3, 1, 2), (made.shape[1], made.shape[2]))
            return
        shapes, size = [other.shape for other in self.run.made], self.class_score.x.shape[-2:]
        for axes in ((0, 2, 1), (0, 1, 2), (1, 2, 0)):
            if made.shape[axes[0]] == 1:
                yield from token_readings(made.shape[axes[2]], axes, shapes, size)

    def _best(self, place: int, readings: Sequence[LayerReading]) -> LayerReading | None:
        """Return the reading whose places answer best to those of the image, if any does."""

        def make(image: Tensor) -> Tensor:
            network, ask = self.class_score.network, self.class_score.scores
            return watched(network, image, ask=ask, keep=[place]).kept.get(place, torch.empty(0))

        return Trial.of(self.class_score.x, make).best(readings)

    def _matters(self, made: RecordedTensor, reading: LayerReading) -> bool:
        """Whether the score depends on the places, and not on a class token alone."""
        gradient = _gradient(self.score, made, again=True)
        return bool((reading(gradient) != 0).any())


def _may_be_picture(shape: tuple[int, ...]) -> bool:
    if len(shape) == 4:
        return shape[0] == 1 and max(shape[-2:]) > 1
    return len(shape) == 3 and 1 in shape[:2]


def _grid(shape: tuple[int, ...]) -> tuple[int, int]:
    return shape[-2], shape[-1]


def stays_in_place(node: Node) -> bool:
    """Whether an operation of pictures (N, C, h, w) leaves every value where it is."""
    if operation(node) == "Cat":
        return _saved_number(node, "dim") in {1, -3}
    return operation(node) in IN_PLACE_OF_THE_IMAGE


def _shifts(node: Node, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return by how many rows and columns an operation moves a picture's borders against it."""
    if operation(node) == "Slice":
        axis = _saved_number(node, "dim") % len(shape)
        start, end = (_saved_number(node, name) for name in ("start", "end"))
        start, end = (place + shape[axis] if place < 0 else place for place in (start, end))
        step = _saved_number(node, "step")
        lost = max(start, shape[axis] - end) if step == 1 else 0
        return (lost if axis == 2 else 0), (lost if axis == 3 else 0)
    if operation(node) == "ConstantPadNd":
        left, right, above, below, *_ = (*map(_signed, getattr(node, "_saved_pad")), 0, 0)  # noqa: B009
        return _moved(above, below), _moved(left, right)
    return 0, 0


def _moved(first: int, second: int) -> int:
    """Return how much padding is on one side only, or is cut off."""
    return max(abs(first - second), -first, -second)


def _saved_number(node: Node, name: str) -> int:
    return _signed(getattr(node, f"_saved_{name}"))


def _signed(number: int) -> int:
    """Return a number that an operation keeps; torch shows negative ones modulo 2⁶⁴."""
    return number - 2**64 if number >= 2**63 else number


def _gradient(score: Tensor, made: RecordedTensor, *, again: bool = False) -> Tensor:
    node, place = made.edge
    edge = GradientEdge(node, place)
    with foreign_code("a backward pass"):
        (gradient,) = torch.autograd.grad(score, [edge], retain_graph=again, allow_unused=True)
    if gradient is None:  # what torch records of an int8 layer hands nothing back
        raise UnsupportedNetwork(NO_GRADIENT)
    return gradient


def _precise(values: Tensor) -> Tensor:
    """Return values in at least float32: half the digits are too few for sums of products."""
    return values.detach().to(torch.promote_types(values.dtype, torch.float32))
