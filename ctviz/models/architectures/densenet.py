"""Densely connected networks (MONAI's)."""

from dataclasses import dataclass

from monai.networks.nets import DenseNet121 as MonaiDenseNet121
from torch import nn

from ctviz.core import param
from ctviz.models.architectures.base import ARCHITECTURES, Architecture


@ARCHITECTURES.register("densenet121")
@dataclass(frozen=True)
class DenseNet121(Architecture):
    """A network of 121 densely connected layers. Huang et al., CVPR 2017. arXiv:1608.06993."""

    growth: int = param(32, low=4, high=64, help="Channels that each layer adds.")

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        network: nn.Module = MonaiDenseNet121(
            spatial_dims=2,
            in_channels=channels,
            out_channels=outputs,
            growth_rate=self.growth,
        )
        return network
