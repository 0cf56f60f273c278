"""Densely connected networks (MONAI's)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from monai.networks.nets import DenseNet
from torch import Tensor, nn

from ctviz.core import Value, param
from ctviz.models.architectures.base import ARCHITECTURES, Architecture, TensorNames


@dataclass(frozen=True)
class DenseFamily(Architecture):
    """A network of densely connected layers. Huang et al., CVPR 2017. arXiv:1608.06993."""

    names: ClassVar = TensorNames(
        first="features.conv0.weight",
        last="class_layers.out.weight",
        # As torchvision and timm call them; the first also as torchvision did before 2017.
        renamed=(
            (r"(denselayer\d+\.)(norm|conv)\.?(\d)\.", r"\1layers.\2\3."),
            (r"^classifier\.", "class_layers.out."),
        ),
    )
    blocks: ClassVar[tuple[int, ...]]

    growth: int = param(32, low=4, high=64, help="Channels that each layer adds.")

    @classmethod
    def arguments_of(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return the growth, of the first layer."""
        first = weights.get("features.denseblock1.denselayer1.layers.conv2.weight")
        return {} if first is None or not first.ndim else {"growth": first.shape[0]}

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        network: nn.Module = DenseNet(
            spatial_dims=2,
            in_channels=channels,
            out_channels=outputs,
            growth_rate=self.growth,
            block_config=self.blocks,
        )
        return network


@ARCHITECTURES.register("densenet121")
@dataclass(frozen=True)
class DenseNet121(DenseFamily):
    """A network of 121 densely connected layers."""

    blocks: ClassVar = (6, 12, 24, 16)


@ARCHITECTURES.register("densenet169")
@dataclass(frozen=True)
class DenseNet169(DenseFamily):
    """A network of 169 densely connected layers."""

    blocks: ClassVar = (6, 12, 32, 32)


@ARCHITECTURES.register("densenet201")
@dataclass(frozen=True)
class DenseNet201(DenseFamily):
    """A network of 201 densely connected layers."""

    blocks: ClassVar = (6, 12, 48, 32)


@ARCHITECTURES.register("densenet264")
@dataclass(frozen=True)
class DenseNet264(DenseFamily):
    """A network of 264 densely connected layers: MONAI's largest."""

    blocks: ClassVar = (6, 12, 64, 48)
