"""What an architecture is, the registry of them, and the paper's single output neuron."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from ctviz.core import Registry, Tunable, Value


@dataclass(frozen=True)
class TensorNames:
    """How a family's tensors are called, here and elsewhere.

    Parameters
    ----------
    first, last
        Our names of the weights that meet the image and that give the answer.
    renamed
        (pattern of another library's name, ours), tried in this order on each name.
    absent
        A pattern of our tensors that others do without; they are 0 then.
    unused
        A pattern of others' tensors that no answer depends on; they are left away.
    """

    first: str
    last: str
    renamed: tuple[tuple[str, str], ...] = ()
    absent: str = "$^"
    unused: str = "$^"


@dataclass(frozen=True)
class Architecture(Tunable, ABC):
    """A kind of network: its hyperparameters and how it is built, without weights.

    Every layer is a module (no functional ReLU), so that rules for gradients find each of them.
    """

    names: ClassVar[TensorNames | None] = None
    """How other libraries name its tensors; None where checkpoints of others are not read."""

    @classmethod
    def arguments_of(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return the hyperparameters that weights tell; shapes are not checked.

        They are given by our names, and also by those of the checkpoint.
        """
        del weights
        return {}

    @classmethod
    def open_in(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return what these weights leave open though answers need it, with what is usual."""
        del weights
        return {}

    @classmethod
    def reshaped(cls, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return a checkpoint's weights, by its names, in the shapes that we have."""
        return weights

    def why_not(self, size: tuple[int, int]) -> str:
        """Return a sentence on what is wrong with images of (h, w); empty if nothing is."""
        del size
        return ""

    @abstractmethod
    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""


ARCHITECTURES: Registry[type[Architecture]] = Registry(
    "architecture", package="ctviz.models.architectures", group="ctviz.architectures"
)


class SingleNeuron(nn.Module):
    """Turns one output neuron z into the scores (-z, z) of the two classes it decides between."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> class scores (N, 2)."""
        neuron = self.body(x)
        return torch.cat((-neuron, neuron), dim=1)


class Scaled(nn.Module):
    """A network that expects its inputs normalised: values from 0 to 1 are scaled before it.

    Parameters
    ----------
    body
        The network.
    scale
        (means, spreads) of the values that it learnt from, one or one for each channel.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, body: nn.Module, scale: tuple[Sequence[float], Sequence[float]]) -> None:
        super().__init__()
        self.body = body
        for name, numbers in zip(("mean", "spread"), scale, strict=True):
            self.register_buffer(name, torch.tensor(numbers).reshape(-1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) in [0, 1] -> class scores (N, K)."""
        scores: Tensor = self.body((x - self.mean) / self.spread)
        return scores


def scaled(network: nn.Module, scale: tuple[Sequence[float], Sequence[float]]) -> nn.Module:
    """Return a network that takes values from 0 to 1 and normalises them, if that changes any."""
    return network if scale == ((0.0,), (1.0,)) else Scaled(network, scale)


def build_network(
    architecture: str, arguments: Mapping[str, Value], *, channels: int, neurons: int
) -> nn.Module:
    """Return a network of an allowed architecture that ends in class scores (N, K).

    A network of one neuron decides between two classes; others have a neuron for each class.
    """
    body = ARCHITECTURES[architecture].from_settings(arguments).network(channels, neurons)
    for layer in body.modules():
        # Rules for gradients read a layer's input, which must not be overwritten.
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    return SingleNeuron(body) if neurons == 1 else body
