"""Small networks of the families that MONAI has not, in plain torch; RegNet and Swin stand here."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional

from tests.models.onnx.foreign_networks import convnext, mobilenet, se_resnext, vgg


class RegNetBlock(nn.Module):
    """RegNetX: a grouped convolution between two of one pixel each, and a skip around."""

    def __init__(self, before, width, stride):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()),
            nn.Conv2d(width, width, 3, stride, 1, groups=width // 4, bias=False),
            *(nn.BatchNorm2d(width), nn.ReLU()),
            *(nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width)),
        )
        self.skip = nn.Sequential(
            nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x):
        return functional.relu(self.layers(x) + self.skip(x))


def regnet():
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        *(RegNetBlock(8, 8, 1), RegNetBlock(8, 16, 2)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 3)),
    )


def cut(x, side):
    """Pictures (N, h, w, C) as windows (N · number, side², C)."""
    n, h, w, c = x.shape
    x = x.reshape(n, h // side, side, w // side, side, c).transpose(2, 3)
    return x.reshape(-1, side * side, c)


def put_together(windows, side, shape):
    n, h, w, c = shape
    x = windows.reshape(n, h // side, w // side, side, side, c).transpose(2, 3)
    return x.reshape(shape)


class SwinBlock(nn.Module):
    """Attention within windows, which may be shifted by half of one, on pictures (N, h, w, C)."""

    side, heads = 4, 2

    def __init__(self, width, size, shifted):
        super().__init__()
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mix = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.shift = self.side // 2 if shifted else 0
        self.bias = nn.Parameter(0.1 * torch.randn(self.heads, self.side**2, self.side**2))
        self.register_buffer("mask", self._mask(size), persistent=False)

    def _mask(self, size):
        """-100 between places of a window that were no neighbours before the shift, (n, T, T)."""
        part = (torch.arange(size) >= size - self.side).int()
        part += torch.arange(size) >= size - self.shift if self.shift else 0
        parts = cut((3 * part[:, None] + part)[None, :, :, None], self.side)[..., 0]
        return -100.0 * (parts[:, None] != parts[:, :, None])

    def forward(self, x):
        inner = self.first(x).roll((-self.shift, -self.shift), (1, 2))
        windows = self._attended(cut(inner, self.side), len(x))
        inner = put_together(windows, self.side, x.shape).roll((self.shift, self.shift), (1, 2))
        x = x + self.out(inner)
        return x + self.mix(self.second(x))

    def _attended(self, windows, images):
        rows = self.into(windows).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = rows.unbind(0)
        weights = query @ key.mT / query.shape[-1] ** 0.5 + self.bias
        weights = weights + self.mask.repeat(images, 1, 1)[:, None]
        return (weights.softmax(-1) @ value).transpose(1, 2).flatten(2)


class Swin(nn.Module):
    """Windows of 4 × 4 tokens on 16 × 16 patches, which are merged to 8 × 8 halfway."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 8, 2, 2)
        self.early = nn.Sequential(SwinBlock(8, 16, False), SwinBlock(8, 16, True))
        self.merge, self.merged = nn.Linear(32, 16), nn.LayerNorm(32)
        self.late = nn.Sequential(SwinBlock(16, 8, False), SwinBlock(16, 8, True))
        self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 3)

    @staticmethod
    def look(features):
        return features

    @staticmethod
    def read(tensor):
        return tensor[0].permute(2, 0, 1)

    def forward(self, x):
        x = self.early(self.patches(x).permute(0, 2, 3, 1))
        fours = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        x = self.late(self.merge(self.merged(torch.cat(fours, 3))))
        return self.head(self.look(self.norm(x)).mean((1, 2)))


FAMILIES = {
    "plain-vgg": vgg,
    "plain-mobilenet": partial(mobilenet, 2),
    "plain-convnext": convnext,
    "plain-se-resnext": se_resnext,
    "regnet": regnet,
    "swin": Swin,
}
