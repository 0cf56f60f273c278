"""Networks as other groups build them, from plain torch, and the ONNX files they would send.

None is an architecture that ctviz knows; each is small, and its weights are random but its
statistics are not those of a fresh network.
"""

import io
import warnings

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZE = 64


def vgg() -> nn.Module:
    """VGG-like: plain convolutions, ReLU, max pooling, a row of linear layers with dropout."""
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(inplace=True)),
        nn.AdaptiveAvgPool2d(4),
        *(nn.Flatten(), nn.Linear(256, 32), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(32, 2)),
    )


class Inception(nn.Module):
    """Branches of different windows side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 5, 2, 2), nn.ReLU())
        self.narrow = nn.Sequential(nn.Conv2d(8, 4, 1), nn.ReLU())
        self.wide = nn.Sequential(
            *(nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, (1, 7), padding=(0, 3)), nn.ReLU()),
            *(nn.Conv2d(8, 8, (7, 1), padding=(3, 0)), nn.ReLU()),
        )
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(8, 4, 1), nn.ReLU())
        self.mean = nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Conv2d(8, 4, 1), nn.ReLU())
        self.head = nn.Linear(20, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = torch.cat([self.narrow(x), self.wide(x), self.pooled(x), self.mean(x)], 1)
        return self.head(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class ChannelsLastNorm(nn.Module):
    """ConvNeXt's layer normalisation over the channels of each pixel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.grow, self.shrink = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        inner = self.scale * self.shrink(functional.gelu(self.grow(inner)))
        return x + inner.permute(0, 3, 1, 2)


def convnext() -> nn.Module:
    """ConvNeXt-like: depthwise windows, layer normalisation, GELU, a learnt scale."""
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 4, 4), ChannelsLastNorm(12), ConvNextBlock(12), ConvNextBlock(12)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 2)),
    )


class InvertedResidual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        grown = 3 * width
        self.layers = nn.Sequential(
            *(nn.Conv2d(width, grown, 1, bias=False), nn.BatchNorm2d(grown), nn.Hardswish()),
            nn.Conv2d(grown, grown, 3, padding=1, groups=grown, bias=False),
            *(nn.BatchNorm2d(grown), nn.ReLU6()),
            *(nn.Conv2d(grown, width, 1, bias=False), nn.BatchNorm2d(width)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def mobilenet(outputs: int = 1) -> nn.Module:
    """MobileNet-like: inverted residuals, ReLU6, hard swish; one output neuron unless said."""
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6()),
        *(InvertedResidual(8), InvertedResidual(8)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, outputs)),
    )


class SqueezeExcitation(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Linear(width, width // 4), nn.ReLU(), nn.Linear(width // 4, width), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x.mean((2, 3)))[:, :, None, None]


class SeResNextBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()),
            nn.Conv2d(width, width, 3, padding=1, groups=4, bias=False),
            *(nn.BatchNorm2d(width), nn.ReLU(), SqueezeExcitation(width)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.layers(x))


def se_resnext() -> nn.Module:
    """SE-ResNeXt-like: grouped convolutions, squeeze and excitation, residuals."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
        *(SeResNextBlock(16), SeResNextBlock(16)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2)),
    )


class ViT(nn.Module):
    """A small vision transformer with a class token, written out as timm does."""

    def __init__(self, width: int = 16, heads: int = 4) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, width, 16, 16)
        self.token = nn.Parameter(0.1 * torch.randn(1, 1, width))
        self.places = nn.Parameter(0.1 * torch.randn(1, 17, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.projections = nn.Linear(width, 3 * width)
        self.merged = nn.Linear(width, width)
        self.grow, self.shrink = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.head = nn.Linear(width, 2)
        self.heads = heads

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        x = x + self.attention(self.norms[0](x))
        x = x + self.shrink(functional.gelu(self.grow(self.norms[1](x))))
        return self.head(self.norms[2](x)[:, 0])

    def attention(self, x: Tensor) -> Tensor:
        count, tokens, width = x.shape
        each = width // self.heads
        rows = self.projections(x).reshape(count, tokens, 3, self.heads, each)
        query, key, value = rows.permute(2, 0, 3, 1, 4).unbind(0)
        weights = (query @ key.transpose(-2, -1) / each**0.5).softmax(-1)
        return self.merged((weights @ value).transpose(1, 2).reshape(count, tokens, width))


NETWORKS = {
    "vgg": (vgg, 1),
    "inception": (Inception, 3),
    "convnext": (convnext, 1),
    "mobilenet": (mobilenet, 1),
    "se-resnext": (se_resnext, 1),
    "vit": (ViT, 1),
}
"""Name -> what makes it, and its input channels."""


def foreign_network(name: str) -> nn.Module:
    """Return one of the networks with weights from a seed, its statistics as after training."""
    make, _ = NETWORKS[name]
    torch.manual_seed(7)
    network = make()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.2, 0.2)
            layer.running_var.uniform_(0.5, 2.0)
    return network.eval().requires_grad_(False)


def exported(  # noqa: PLR0913 - there are as many ways to export
    network: nn.Module,
    channels: int = 1,
    *,
    opset: int = 17,
    batch: bool = True,
    free: bool = False,
    size: int = SIZE,
) -> bytes:
    """Return the bytes of the ONNX file that torch writes of a network, layer by layer.

    By default torch would fold normalisations into convolutions: the same answers and gradients,
    but another network for rules that go from layer to layer.

    Parameters
    ----------
    network, channels, opset
        What is written, for images of how many channels, and in which operator set.
    batch, free
        Whether the file leaves the number of images, and their size, open.
    size
        Rows and columns of the image that it is written with.
    """
    axes = {**({0: "n"} if batch else {}), **({2: "h", 3: "w"} if free else {})}
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, channels, size, size),),
            file,
            input_names=["image"],
            output_names=["scores"],
            dynamic_axes={"image": axes},
            opset_version=opset,
            training=torch.onnx.TrainingMode.PRESERVE,
            dynamo=False,
        )
    return file.getvalue()
