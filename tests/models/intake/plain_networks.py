"""ResNets and DenseNets as torchvision writes them, from plain torch and with its names."""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional


def _shortcut(inner: int, outer: int, stride: int) -> nn.Module | None:
    if stride == 1 and inner == outer:
        return None
    return nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))


class BasicBlock(nn.Module):
    grown = 1

    def __init__(self, inner: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inner, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _shortcut(inner, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        kept = x if self.downsample is None else self.downsample(x)
        x = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(x)) + kept)


class Bottleneck(nn.Module):
    grown = 4

    def __init__(self, inner: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inner, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = _shortcut(inner, 4 * width, stride)

    def forward(self, x: Tensor) -> Tensor:
        kept = x if self.downsample is None else self.downsample(x)
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(self.bn2(self.conv2(x)))
        return functional.relu(self.bn3(self.conv3(x)) + kept)


class ResNet(nn.Module):
    def __init__(self, block, blocks, channels=3, outputs=2, width=64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inner = width
        for stage, count in enumerate(blocks):
            layers = []
            for index in range(count):
                stride = 2 if stage and not index else 1
                layers.append(block(inner, width * 2**stage, stride))
                inner = width * 2**stage * block.grown
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(inner, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class DenseLayer(nn.Module):
    def __init__(self, inner: int, growth: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(inner), nn.Conv2d(inner, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        new = self.conv1(functional.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(functional.relu(self.norm2(new)))], 1)


class DenseNet(nn.Module):
    def __init__(self, blocks, channels=3, outputs=2, growth=32) -> None:
        super().__init__()
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["conv0"] = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
        parts["norm0"], parts["relu0"] = nn.BatchNorm2d(64), nn.ReLU()
        parts["pool0"] = nn.MaxPool2d(3, 2, 1)
        inner = 64
        for index, count in enumerate(blocks, 1):
            layers = OrderedDict(
                (f"denselayer{n + 1}", DenseLayer(inner + n * growth, growth)) for n in range(count)
            )
            parts[f"denseblock{index}"] = nn.Sequential(layers)
            inner += count * growth
            if index < len(blocks):
                parts[f"transition{index}"] = nn.Sequential(
                    OrderedDict(
                        norm=nn.BatchNorm2d(inner),
                        relu=nn.ReLU(),
                        conv=nn.Conv2d(inner, inner // 2, 1, bias=False),
                        pool=nn.AvgPool2d(2, 2),
                    )
                )
                inner //= 2
        parts["norm5"] = nn.BatchNorm2d(inner)
        self.features = nn.Sequential(parts)
        self.classifier = nn.Linear(inner, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(functional.relu(self.features(x)).mean((2, 3)))


NETWORKS = {
    "resnet10": lambda **sizes: ResNet(BasicBlock, (1, 1, 1, 1), **sizes),
    "resnet18": lambda **sizes: ResNet(BasicBlock, (2, 2, 2, 2), **sizes),
    "resnet34": lambda **sizes: ResNet(BasicBlock, (3, 4, 6, 3), **sizes),
    "resnet50": lambda **sizes: ResNet(Bottleneck, (3, 4, 6, 3), **sizes),
    "resnet101": lambda **sizes: ResNet(Bottleneck, (3, 4, 23, 3), **sizes),
    "resnet152": lambda **sizes: ResNet(Bottleneck, (3, 8, 36, 3), **sizes),
    "resnet200": lambda **sizes: ResNet(Bottleneck, (3, 24, 36, 3), **sizes),
    "densenet121": lambda **sizes: DenseNet((6, 12, 24, 16), **sizes),
    "densenet169": lambda **sizes: DenseNet((6, 12, 32, 32), **sizes),
    "densenet201": lambda **sizes: DenseNet((6, 12, 48, 32), **sizes),
    "densenet264": lambda **sizes: DenseNet((6, 12, 64, 48), **sizes),
}


def plain_network(name: str, **sizes: int) -> nn.Module:
    """Return one of the networks with weights from a seed, its statistics as after training."""
    torch.manual_seed(3)
    network = NETWORKS[name](**sizes)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.2, 0.2)
            layer.running_var.uniform_(0.5, 2.0)
            layer.weight.data.uniform_(0.5, 1.5)
            layer.bias.data.uniform_(-0.2, 0.2)
    return network.eval().requires_grad_(False)
