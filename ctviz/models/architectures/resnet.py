"""Residual networks (MONAI's), with the usual stem that halves the image."""

from dataclasses import dataclass

from monai.networks.nets import ResNet
from torch import nn

from ctviz.core import param
from ctviz.models.architectures.base import ARCHITECTURES, Architecture


@dataclass(frozen=True)
class Residual(Architecture):
    """A residual network of four stages. He et al., CVPR 2016. arXiv:1512.03385."""

    width: int = param(64, low=8, high=64, help="Channels of the first stage, doubled at each.")

    def residual(self, block: str, blocks: tuple[int, ...], outputs: tuple[int, int]) -> nn.Module:
        """Return the network of these blocks for ``outputs`` = (input channels, neurons)."""
        channels, neurons = outputs
        network: nn.Module = ResNet(
            block=block,
            layers=list(blocks),
            block_inplanes=[self.width * 2**stage for stage in range(len(blocks))],
            spatial_dims=2,
            n_input_channels=channels,
            num_classes=neurons,
            conv1_t_size=7,
            conv1_t_stride=2,
        )
        return network


@ARCHITECTURES.register("resnet18")
@dataclass(frozen=True)
class ResNet18(Residual):
    """Eighteen layers of plain blocks; narrow ones (width 32) fit into 6 MB."""

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        return self.residual("basic", (2, 2, 2, 2), (channels, outputs))


@ARCHITECTURES.register("resnet50")
@dataclass(frozen=True)
class ResNet50(Residual):
    """Fifty layers of bottleneck blocks: the paper's network."""

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        return self.residual("bottleneck", (3, 4, 6, 3), (channels, outputs))
