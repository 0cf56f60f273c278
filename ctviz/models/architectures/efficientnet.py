"""Networks whose depth, width and resolution grow together (MONAI's EfficientNets)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from monai.networks.nets import EfficientNetBN
from torch import nn

from ctviz.models.architectures.base import ARCHITECTURES, Architecture, TensorNames

REPEATS = (1, 2, 2, 3, 3, 4, 1)
"""Blocks of each of the seven stages of the smallest network."""


def _flat(depth: float) -> Iterator[tuple[str, str]]:
    """Yield names of blocks counted through, as Melas-Kyriazi's are, and ours by stages."""
    ends = list(accumulate(math.ceil(depth * blocks) for blocks in REPEATS))
    for number in range(ends[-1]):
        stage = next(stage for stage, end in enumerate(ends) if number < end)
        yield rf"^_blocks\.{number}\.(?=_)", f"_blocks.{stage}.{number}."


def _names(depth: float) -> TensorNames:
    return TensorNames("_conv_stem.weight", "_fc.weight", tuple(_flat(depth)))


@dataclass(frozen=True)
class EfficientNet(Architecture):
    """A network of inverted bottlenecks with gates. Tan & Le, ICML 2019. arXiv:1905.11946.

    Its padding is that of the size it was made for, whatever size it is shown.
    """

    size: ClassVar[str]

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        network = EfficientNetBN(
            f"efficientnet-{self.size}",
            pretrained=False,
            spatial_dims=2,
            in_channels=channels,
            num_classes=outputs,
        )
        # The same function; the other one saves memory in training by a backward pass of its own.
        network.set_swish(memory_efficient=False)
        whole: nn.Module = network
        return whole


@ARCHITECTURES.register("efficientnet-b0")
@dataclass(frozen=True)
class EfficientNetB0(EfficientNet):
    """The smallest, for images of 224 pixels."""

    size: ClassVar = "b0"
    names: ClassVar = _names(1.0)


@ARCHITECTURES.register("efficientnet-b1")
@dataclass(frozen=True)
class EfficientNetB1(EfficientNet):
    """For images of 240 pixels."""

    size: ClassVar = "b1"
    names: ClassVar = _names(1.1)


@ARCHITECTURES.register("efficientnet-b2")
@dataclass(frozen=True)
class EfficientNetB2(EfficientNet):
    """For images of 260 pixels."""

    size: ClassVar = "b2"
    names: ClassVar = _names(1.2)


@ARCHITECTURES.register("efficientnet-b3")
@dataclass(frozen=True)
class EfficientNetB3(EfficientNet):
    """For images of 300 pixels."""

    size: ClassVar = "b3"
    names: ClassVar = _names(1.4)


@ARCHITECTURES.register("efficientnet-b4")
@dataclass(frozen=True)
class EfficientNetB4(EfficientNet):
    """For images of 380 pixels."""

    size: ClassVar = "b4"
    names: ClassVar = _names(1.8)


@ARCHITECTURES.register("efficientnet-b5")
@dataclass(frozen=True)
class EfficientNetB5(EfficientNet):
    """For images of 456 pixels."""

    size: ClassVar = "b5"
    names: ClassVar = _names(2.2)


@ARCHITECTURES.register("efficientnet-b6")
@dataclass(frozen=True)
class EfficientNetB6(EfficientNet):
    """For images of 528 pixels."""

    size: ClassVar = "b6"
    names: ClassVar = _names(2.6)


@ARCHITECTURES.register("efficientnet-b7")
@dataclass(frozen=True)
class EfficientNetB7(EfficientNet):
    """For images of 600 pixels."""

    size: ClassVar = "b7"
    names: ClassVar = _names(3.1)
