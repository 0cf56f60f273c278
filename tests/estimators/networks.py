"""Networks on which estimators are proven: toys with closed forms, and MONAI's."""

from functools import partial

import monai.networks.nets as monai_nets
import torch
from torch import nn
from torch.nn import functional

from ctviz.models.architectures import ARCHITECTURES


class Linear(nn.Module):
    """Scores (-w·x, w·x), or (-Σ w x², Σ w x²) where squared."""

    def __init__(self, weights, squared=False):
        super().__init__()
        self.weights, self.squared = nn.Parameter(weights), squared

    def forward(self, x):
        z = (self.weights * (x.square() if self.squared else x)).flatten(1).sum(1)
        return torch.stack([-z, z], 1)


class LooksAtLesion(nn.Module):
    """Sees the scan only where the lesion is; some of its units are just about to fire there."""

    def __init__(self, lesion):
        super().__init__()
        self.register_buffer("lesion", lesion.float())
        self.features = nn.Conv2d(1, 4, 3, padding=1)
        self.act, self.head = nn.ReLU(), nn.Linear(4, 2, bias=False)
        with torch.no_grad():
            self.features.weight.copy_(torch.linspace(0.05, 0.2, 36).reshape(4, 1, 3, 3))
            usual_answer = 0.85 * self.features.weight.sum((1, 2, 3))
            self.features.bias.copy_(-usual_answer * torch.tensor([0.0, 0.5, 0.9, 1.0]))
            self.head.weight.copy_(torch.tensor([[-1.0] * 4, [1.0] * 4]))

    def forward(self, x):
        return self.head(self.act(self.features(x * self.lesion)).mean((2, 3)))


class Mixed(nn.Module):
    """ReLU as a reused layer, in place, as a function, as a method, and with a skip around."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 3, padding=1)
        self.second, self.third = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.fourth, self.norm = nn.Conv2d(6, 6, 3, padding=1, stride=2), nn.BatchNorm2d(6)
        self.relu, self.head = nn.ReLU(inplace=True), nn.Linear(6, 3)

    def forward(self, x):
        x = self.relu(self.first(x))
        x = self.relu(self.norm(self.second(x)) + x)
        x = functional.relu(self.third(x), inplace=True)
        x = functional.max_pool2d(torch.relu(self.fourth(x)), 2)
        x = (x - 0.1).relu_()
        return self.head(x.mean((2, 3)))


class AttendsToBright(nn.Module):
    """A class token that attends to bright patches, and next to nothing else."""

    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 1))

    def forward(self, x):
        patches = functional.avg_pool2d(x, 4).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), patches], 1)
        weights = (20 * torch.ones_like(tokens) @ tokens.transpose(1, 2)).softmax(2)
        seen = (weights @ tokens)[:, 0]
        return torch.cat([-seen, seen], 1)


class MixedTokens(nn.Module):
    """A transformer whose layers are written in two ways; its tokens fit images of any size."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(1, 8, 8, stride=8), nn.BatchNorm2d(8)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.second = nn.MultiheadAttention(8, 2, batch_first=True)
        self.third, self.fourth = nn.Linear(8, 24), nn.LayerNorm(8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        patches = self.norm(self.first(x)).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), patches], 1)
        x = x + self.second(x, x, x)[0]
        query, key, value = self.third(self.fourth(x)).chunk(3, -1)
        x = x + (query @ key.transpose(1, 2)).softmax(-1) @ value
        return self.head(functional.gelu(x[:, 0]))


def sequential():
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 3),
    )


def of_monai(name, **settings):
    return getattr(monai_nets, name)(spatial_dims=2, **settings)


NETWORKS = {
    "sequential": sequential,
    "mixed": Mixed,
    "resnet18": partial(of_monai, "resnet18", n_input_channels=1, num_classes=3),
    "resnet50": partial(of_monai, "resnet50", n_input_channels=1, num_classes=3),
    "densenet121": partial(of_monai, "DenseNet121", in_channels=1, out_channels=3),
    "seresnet50": partial(of_monai, "SEResNet50", in_channels=1, num_classes=3),
}


class MonaisViT(nn.Module):
    """MONAI's vision transformer, small, as its weights are read; its last picture is marked."""

    answering = slice(0, 1)
    """The token that the head reads."""

    def __init__(self, tanh=False):
        super().__init__()
        settings = {"width": 8, "depth": 2, "heads": 2, "hidden": 16, "patch": 4, "places": 16}
        self.whole = ARCHITECTURES["vit"].from_settings({**settings, "tanh": tanh}).network(1, 3)
        self.whole.blocks[0].register_forward_hook(lambda *passed: self.look(passed[2]))

    @staticmethod
    def look(features):
        return features

    @staticmethod
    def read(tensor):
        return tensor[0, 1:].T.reshape(8, 4, 4)

    @staticmethod
    def grid_of(row):
        """A number for each token (T,) as a picture."""
        return row[1:].reshape(4, 4)

    def forward(self, x):
        return self.whole(x)


def efficientnet():
    return monai_nets.EfficientNetBN(
        "efficientnet-b0", pretrained=False, spatial_dims=2, in_channels=1, num_classes=3
    )


def built(build, seed=0):
    """A network with weights from a seed, in float64; the global random state stays as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = build().double().eval()
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):  # fresh statistics would hide the shift
                nn.init.uniform_(layer.running_mean, -0.1, 0.1)
                nn.init.uniform_(layer.running_var, 0.5, 1.5)
                nn.init.uniform_(layer.bias, -0.1, 0.1)
    return network
