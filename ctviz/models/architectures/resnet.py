"""Residual networks (MONAI's), with the usual stem that halves the image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from monai.networks.nets import ResNet
from torch import Tensor, nn

from ctviz.core import Value, param
from ctviz.models.architectures.base import ARCHITECTURES, Architecture, TensorNames

BIAS = "layer2.0.downsample.0.bias"
"""MONAI's networks have it, torchvision's and timm's have not."""


@dataclass(frozen=True)
class Residual(Architecture):
    """A residual network of four stages. He et al., CVPR 2016. arXiv:1512.03385."""

    names: ClassVar = TensorNames("conv1.weight", "fc.weight", absent=r"\.downsample\.0\.bias$")
    block: ClassVar[str]
    blocks: ClassVar[tuple[int, ...]]

    width: int = param(64, low=8, high=64, help="Channels of the first stage, doubled at each.")
    stride: int = param(2, low=1, high=2, help="Step of the first convolution; MONAI's own is 1.")

    @classmethod
    def arguments_of(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return the width."""
        first = weights.get(cls.names.first)
        return {} if first is None or not first.ndim else {"width": len(first)}

    @classmethod
    def open_in(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return the stride, which MONAI's networks may have as they like; usually none."""
        return {"stride": 1} if BIAS in weights else {}

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        network: nn.Module = ResNet(
            block=self.block,
            layers=list(self.blocks),
            block_inplanes=[self.width * 2**stage for stage in range(len(self.blocks))],
            spatial_dims=2,
            n_input_channels=channels,
            num_classes=outputs,
            conv1_t_size=7,
            conv1_t_stride=self.stride,
        )
        return network


@ARCHITECTURES.register("resnet10")
@dataclass(frozen=True)
class ResNet10(Residual):
    """Ten layers of plain blocks: MONAI's smallest."""

    block: ClassVar = "basic"
    blocks: ClassVar = (1, 1, 1, 1)


@ARCHITECTURES.register("resnet18")
@dataclass(frozen=True)
class ResNet18(Residual):
    """Eighteen layers of plain blocks; narrow ones (width 32) fit into 6 MB."""

    block: ClassVar = "basic"
    blocks: ClassVar = (2, 2, 2, 2)


@ARCHITECTURES.register("resnet34")
@dataclass(frozen=True)
class ResNet34(Residual):
    """Thirty-four layers of plain blocks."""

    block: ClassVar = "basic"
    blocks: ClassVar = (3, 4, 6, 3)


@ARCHITECTURES.register("resnet50")
@dataclass(frozen=True)
class ResNet50(Residual):
    """Fifty layers of bottleneck blocks: the paper's network."""

    block: ClassVar = "bottleneck"
    blocks: ClassVar = (3, 4, 6, 3)


@ARCHITECTURES.register("resnet101")
@dataclass(frozen=True)
class ResNet101(Residual):
    """A hundred and one layers of bottleneck blocks."""

    block: ClassVar = "bottleneck"
    blocks: ClassVar = (3, 4, 23, 3)


@ARCHITECTURES.register("resnet152")
@dataclass(frozen=True)
class ResNet152(Residual):
    """A hundred and fifty-two layers of bottleneck blocks."""

    block: ClassVar = "bottleneck"
    blocks: ClassVar = (3, 8, 36, 3)


@ARCHITECTURES.register("resnet200")
@dataclass(frozen=True)
class ResNet200(Residual):
    """Two hundred layers of bottleneck blocks: MONAI's largest."""

    block: ClassVar = "bottleneck"
    blocks: ClassVar = (3, 24, 36, 3)
