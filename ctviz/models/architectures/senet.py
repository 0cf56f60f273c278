"""Residual networks with squeeze and excitation (MONAI's): a gate scales each channel."""

from dataclasses import dataclass
from typing import ClassVar

from monai.networks.nets import SENet
from torch import nn

from ctviz.models.architectures.base import ARCHITECTURES, Architecture, TensorNames

_BLOCK = r"^(layer[1-4]\.\d+\.)"


@dataclass(frozen=True)
class SqueezeExcited(Architecture):
    """A network of gated blocks. Hu et al., CVPR 2018. arXiv:1709.01507."""

    names: ClassVar = TensorNames(
        first="layer0.conv1.weight",
        last="last_linear.weight",
        # As the authors' weights are called for PyTorch, also in timm's older networks.
        renamed=(
            (_BLOCK + r"(conv\d)\.(weight)$", r"\1\2.conv.\3"),
            (_BLOCK + r"bn(\d)\.", r"\1conv\2.adn.N."),
            (_BLOCK + r"se_module\.fc1\.", r"\1se_layer.fc.0."),
            (_BLOCK + r"se_module\.fc2\.", r"\1se_layer.fc.2."),
            (_BLOCK + r"downsample\.0\.", r"\1project.conv."),
            (_BLOCK + r"downsample\.1\.", r"\1project.adn.N."),
        ),
    )
    block: ClassVar[str] = "se_resnet_bottleneck"
    blocks: ClassVar[tuple[int, ...]]
    groups: ClassVar[int] = 1
    large: ClassVar[bool] = False
    """Whether it begins with three small convolutions, 128 channels and larger shortcuts."""

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        network: nn.Module = SENet(
            spatial_dims=2,
            in_channels=channels,
            block=self.block,
            layers=self.blocks,
            groups=self.groups,
            reduction=16,
            dropout_prob=None,
            inplanes=128 if self.large else 64,
            downsample_kernel_size=3 if self.large else 1,
            input_3x3=self.large,
            num_classes=outputs,
        )
        return network


@ARCHITECTURES.register("seresnet50")
@dataclass(frozen=True)
class SEResNet50(SqueezeExcited):
    """Fifty gated layers of bottleneck blocks."""

    blocks: ClassVar = (3, 4, 6, 3)


@ARCHITECTURES.register("seresnet101")
@dataclass(frozen=True)
class SEResNet101(SqueezeExcited):
    """A hundred and one gated layers of bottleneck blocks."""

    blocks: ClassVar = (3, 4, 23, 3)


@ARCHITECTURES.register("seresnet152")
@dataclass(frozen=True)
class SEResNet152(SqueezeExcited):
    """A hundred and fifty-two gated layers of bottleneck blocks."""

    blocks: ClassVar = (3, 8, 36, 3)


@ARCHITECTURES.register("seresnext50")
@dataclass(frozen=True)
class SEResNeXt50(SqueezeExcited):
    """Fifty gated layers, their convolutions in 32 groups."""

    block: ClassVar = "se_resnetxt_bottleneck"
    blocks: ClassVar = (3, 4, 6, 3)
    groups: ClassVar = 32


@ARCHITECTURES.register("seresnext101")
@dataclass(frozen=True)
class SEResNeXt101(SqueezeExcited):
    """A hundred and one gated layers, their convolutions in 32 groups."""

    block: ClassVar = "se_resnetxt_bottleneck"
    blocks: ClassVar = (3, 4, 23, 3)
    groups: ClassVar = 32


@ARCHITECTURES.register("senet154")
@dataclass(frozen=True)
class SENet154(SqueezeExcited):
    """A hundred and fifty-four gated layers, their convolutions in 64 groups."""

    block: ClassVar = "se_bottleneck"
    blocks: ClassVar = (3, 8, 36, 3)
    groups: ClassVar = 64
    large: ClassVar = True
