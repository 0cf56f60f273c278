"""How an operation of a file becomes a module: the list of all, and what a builder is given."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from ctviz.core import UnsupportedNetwork, UnusableModel
from ctviz.models.onnx.reading import MOST_NUMBERS, Node

Values: TypeAlias = "Tensor | tuple[Tensor, ...]"


@dataclass(frozen=True, eq=False)
class Step:
    """What computes a node, and which of the node's inputs it is called with.

    Parameters
    ----------
    work
        A layer, or a function without weights; called with the tensors of ``places``, in their
        order, and None for one that is left out.
    places
        Indices of the node's inputs; None means all of them.
    """

    work: Callable[..., Values]
    places: tuple[int, ...] | None = None


@dataclass(frozen=True, eq=False)
class Given:
    """A node, and those of its inputs that are constants."""

    node: Node
    constants: Mapping[str, Tensor]

    def constant(self, place: int) -> Tensor | None:
        """Return an input that is a constant; None where it is computed, or left out."""
        names = self.node.inputs
        return self.constants.get(names[place]) if place < len(names) else None

    def has(self, place: int) -> bool:
        """Whether an input is there at all."""
        return place < len(self.node.inputs) and self.node.inputs[place] != ""

    def fixed(self, place: int, what: str) -> Tensor:
        """Return an input that must be a constant, or refuse the network."""
        value = self.constant(place)
        if value is None:
            raise UnusableModel(
                f"The {what} of the operation '{self.node.operator}' in the ONNX file are computed "
                "and not stored; export the network with constant folding."
            )
        return value

    def optional(self, place: int, what: str) -> Tensor | None:
        """Return an input that may be left out, but must be a constant where it is there."""
        return self.fixed(place, what) if self.has(place) else None

    def axes(self, place: int, since: int) -> tuple[int, ...] | None:
        """Return axes that were a setting before operator set ``since`` and are an input now."""
        if self.node.opset < since:
            given = self.node.attributes.get("axes")
            return None if given is None else self.node.integers("axes", ())
        stored = self.optional(place, "axes")
        return None if stored is None else tuple(map(int, stored.flatten().tolist()))

    def refuse(self, why: str) -> UnusableModel:
        """Return the refusal of this node."""
        return UnusableModel(f"The operation '{self.node.operator}' of the ONNX file {why}")


Build: TypeAlias = Callable[[Given], Step]

OPERATORS: dict[str, Build] = {}
"""Name of the operation in ONNX -> what makes its module."""


def operator(*names: str) -> Callable[[Build], Build]:
    """Register the decorated function as the builder of operations."""

    def register(build: Build) -> Build:
        for name in names:
            OPERATORS[name] = build
        return build

    return register


def simple(functions: Mapping[str, Callable[..., Values]]) -> None:
    """Register functions of all inputs that have no settings."""

    def build(given: Given) -> Step:
        return Step(functions[given.node.operator])

    operator(*functions)(build)


def whole(values: Tensor) -> list[int]:
    """Return a tensor of whole numbers, such as a shape, as a list."""
    return [int(each) for each in values.flatten().tolist()]


def bearable(shape: Sequence[int]) -> list[int]:
    """Return the size of an answer, or refuse one that no memory would hold."""
    sizes = list(shape)
    if any(size < 0 for size in sizes) or math.prod(sizes) > MOST_NUMBERS:
        raise UnsupportedNetwork(
            f"The network would make a tensor of the size {tuple(sizes)}, which is more than any "
            "classifier needs."
        )
    return sizes


def on_device(values: Tensor, like: Tensor) -> Tensor:
    """Return whole numbers or truths where another tensor is."""
    return values if values.device == like.device else values.to(like.device)


def floating(values: Tensor) -> Tensor:
    """Return weights as a parameter's numbers."""
    return values.detach().clone().to(torch.float32)
