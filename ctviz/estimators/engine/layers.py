"""Linear layers as a record keeps them, applied forwards and back with other weights than theirs.

Rules of relevance treat positive and negative contributions differently, so they need a layer's
arithmetic with a part of its weights, not only its derivative.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.graph import Node


@dataclass(frozen=True, eq=False)
class LinearLayer(ABC):
    """A linear layer without its bias."""

    weight: Tensor

    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """Return the layer's sums (1, …) of inputs (1, …)."""

    @abstractmethod
    def back(self, shares: Tensor, inputs: Tensor) -> Tensor:
        """Return, in the inputs' shape, each input's weights times the sums' shares."""

    def positive(self) -> Self:
        """Return the layer with its positive weights only."""
        return replace(self, weight=self.weight.clamp(min=0))

    def negative(self) -> Self:
        """Return the layer with its negative weights only."""
        return replace(self, weight=self.weight.clamp(max=0))

    def boosted(self, gamma: float) -> Self:
        """Return the layer with its positive weights grown by the share γ."""
        return replace(self, weight=self.weight + gamma * self.weight.clamp(min=0))

    def dampened(self, gamma: float) -> Self:
        """Return the layer with its negative weights grown by the share γ."""
        return replace(self, weight=self.weight + gamma * self.weight.clamp(max=0))


@dataclass(frozen=True, eq=False)
class Convolution(LinearLayer):
    """A convolution of any kind; its weights are (out, in / groups, …)."""

    geometry: tuple[Any, ...]
    """Stride, padding, dilation, transposed, output padding, groups: as torch's own call has it."""

    @classmethod
    def of(cls, node: Node) -> Self:
        """Return the recorded convolution."""
        names = ("stride", "padding", "dilation", "transposed", "output_padding", "groups")
        return cls(_saved(node, "weight"), tuple(_saved(node, name) for name in names))

    @property
    def transposed(self) -> bool:
        """Whether it is a transposed convolution, whose weights are (in, out / groups, …)."""
        return bool(self.geometry[3])

    def scaled(self, scale: Tensor) -> Self:
        """Return the convolution followed by a scale (out,) of its channels."""
        shape = (-1, *[1] * (self.weight.ndim - 1))
        return replace(self, weight=self.weight * scale.reshape(shape))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the convolution."""
        answer: Tensor = torch.ops.aten.convolution(inputs, self.weight, None, *self.geometry)
        return answer

    def back(self, shares: Tensor, inputs: Tensor) -> Tensor:
        """Return the transposed convolution."""
        only_inputs = [True, False, False]
        answer: Tensor = torch.ops.aten.convolution_backward(
            shares, inputs, self.weight, None, *self.geometry, only_inputs
        )[0]
        return answer


@dataclass(frozen=True, eq=False)
class Dense(LinearLayer):
    """A product of a row of features with a matrix; its weights are (in, out)."""

    @classmethod
    def of(cls, node: Node) -> Self:
        """Return the recorded product with a matrix on the right."""
        return cls(_saved(node, "mat2"))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the product."""
        return inputs @ self.weight

    def back(self, shares: Tensor, inputs: Tensor) -> Tensor:  # noqa: ARG002
        """Return the product with the transposed matrix."""
        return shares @ self.weight.T


@dataclass(frozen=True, eq=False)
class Scale(LinearLayer):
    """A factor for each channel, which is what a batch normalisation is in evaluation."""

    @classmethod
    def of(cls, node: Node) -> Self:
        """Return the recorded normalisation; its weights are (channels, 1, …)."""
        channels = channel_scale(node)
        return cls(channels.reshape(-1, *[1] * (_saved(node, "input").ndim - 2)))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the product."""
        return inputs * self.weight

    def back(self, shares: Tensor, inputs: Tensor) -> Tensor:  # noqa: ARG002
        """Return the product."""
        return shares * self.weight


def channel_scale(node: Node) -> Tensor:
    """Return the factor (channels,) of a batch normalisation in evaluation."""
    epsilon = getattr(node, "_saved_eps", None) or _saved(node, "epsilon")
    factor = torch.rsqrt(_saved(node, "running_var") + epsilon)
    weight = _saved(node, "weight")
    scale: Tensor = factor if weight is None else factor * weight
    return scale


def _saved(node: Node, name: str) -> Any:  # noqa: ANN401 - torch's own type of what it saves
    return getattr(node, f"_saved_{name}")
