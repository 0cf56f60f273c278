"""Small networks built as people build them, each with its last picture marked by hand.

A network shows the tensor that Grad-CAM should read by `look`; `read` says how its numbers make
feature maps. `Unreadable` networks have no such tensor, and `BENT` ones bend where no rule of ReLU
would see it.
"""

from functools import partial

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

SIDE = 16


def conv(first, second, stride=1):
    return nn.Conv2d(first, second, 3, padding=1, stride=stride)


class Odd(nn.Module):
    """A stem, two branches and a head; a subclass says what lies between."""

    def __init__(self, features=6):
        super().__init__()
        self.stem, self.one, self.other = conv(1, 6, 2), conv(6, 6), conv(6, 6)
        self.relu, self.head = nn.ReLU(), nn.Linear(features, 3)

    @staticmethod
    def look(features):
        return features

    @staticmethod
    def read(tensor):
        return tensor[0]

    def forward(self, x):
        return self.head(self.look(self.between(self.relu(self.stem(x)))).mean((2, 3)))


class FunctionalAdd(Odd):
    def between(self, x):
        return self.one(x) + x


class ActivatedAdd(Odd):
    def between(self, x):
        return functional.relu(self.one(x) + self.other(x))


class InPlaceAdd(Odd):
    def between(self, x):
        y = self.one(x)
        y += self.other(x)
        return functional.relu(y, inplace=True)


class FunctionalCat(Odd):
    def __init__(self):
        super().__init__(12)

    def between(self, x):
        return torch.cat([self.relu(self.one(x)), functional.relu(self.other(x))], 1)


class DenseCat(Odd):
    def __init__(self):
        super().__init__(18)
        self.other = conv(12, 6)

    def between(self, x):
        x = torch.cat([x, functional.relu(self.one(x))], 1)
        return torch.cat([x, functional.relu(self.other(x))], 1)


class StackedSum(Odd):
    def between(self, x):
        return torch.stack([self.one(x), self.other(x), x]).sum(0)


class SumOfList(Odd):
    def between(self, x):
        return sum([self.one(x), self.other(x)])


class Inception(Odd):
    """Branches of different reach, joined in a layer of their own; the head reads every place."""

    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.point, self.wide, self.pooled = nn.Conv2d(6, 2, 1), conv(6, 2), nn.Conv2d(6, 2, 1)

        def forward(self, x):
            pooled = self.pooled(functional.max_pool2d(x, 3, stride=1, padding=1))
            return torch.relu(torch.cat([self.point(x), self.wide(x), pooled], 1))

    def __init__(self):
        super().__init__()
        self.branches, self.head = self.Branches(), nn.Linear(6 * 64, 3)

    def forward(self, x):
        x = self.look(self.branches(self.relu(self.stem(x))))
        return self.head(x.flatten(1))


class Vgg(Odd):
    """Pictures become vectors by a view; one ReLU serves both."""

    def __init__(self):
        super().__init__()
        self.hidden, self.head = nn.Linear(6 * 16, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = self.look(self.relu(self.one(self.relu(self.stem(x)))))
        x = functional.max_pool2d(x, 2).flatten(1)
        return self.head(self.relu(self.hidden(x)))


class InPlaceBehindFlatten(Odd):
    """The ReLU writes in place into a view of the convolution's answer."""

    def __init__(self):
        super().__init__()
        self.flat, self.in_place = nn.Flatten(), nn.ReLU(inplace=True)
        self.hidden, self.head = nn.Linear(6 * 64, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = self.look(self.one(self.in_place(self.stem(x))))
        return self.head(self.in_place(self.hidden(self.in_place(self.flat(x)))))


class InPlaceBehindViews(Odd):
    """The same by a method, and the convolution's answer is read again afterwards."""

    def forward(self, x):
        x = self.stem(x)
        x.unsqueeze(1).relu_()
        x = self.look(self.one(x))
        functional.relu_(x.transpose(2, 3))
        return self.head(x.mean((2, 3)))


class InPlaceInPart(Odd):
    """Half of the channels are rectified, and half are only scaled."""

    def forward(self, x):
        x = self.look(self.one(self.relu(self.stem(x))))
        y = x.clone()
        y[:, 3:].mul_(-0.5)
        y[:, :3].relu_()
        return self.head(y.mean((2, 3)))


class Chunks(Odd):
    """The channels are parted, and each part has a ReLU of its own."""

    def forward(self, x):
        first, second = self.one(self.relu(self.stem(x))).chunk(2, 1)
        x = torch.cat([torch.relu(second), torch.relu(-first)], 1)
        return self.head(self.look(x).mean((2, 3)))


class Excited(Odd):
    """Squeeze-and-excitation written out, around a residual branch."""

    def __init__(self):
        super().__init__()
        self.squeeze, self.excite = nn.Linear(6, 2), nn.Linear(2, 6)

    def between(self, x):
        y = self.one(x)
        gate = torch.sigmoid(self.excite(self.relu(self.squeeze(y.mean((2, 3))))))
        return self.relu(y * gate[:, :, None, None] + x)


class AttentionPooled(Odd):
    """Places are weighed by a picture of their own before they are summed."""

    def __init__(self):
        super().__init__()
        self.weigh = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        x = self.look(self.relu(self.one(self.relu(self.stem(x)))))
        return self.head((x * self.weigh(x).flatten(2).softmax(2).reshape(-1, 1, 8, 8)).sum((2, 3)))


class Supervised(Odd):
    """Two heads at two depths: only what both of them read is passed by everything."""

    def forward(self, x):
        x = self.look(self.relu(self.one(self.relu(self.stem(x)))))
        return self.head(x.mean((2, 3))) + self.head(self.relu(self.other(x)).mean((2, 3)))


class Auxiliary(Odd):
    """A second head that the score does not ask."""

    def forward(self, x):
        x = self.relu(self.stem(x))
        self.head(self.other(x).mean((2, 3)))
        return self.head(self.look(self.relu(self.one(x))).mean((2, 3)))


class Nested(Odd):
    """Layers that answer with tuples and dictionaries."""

    class Answers(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = conv(6, 6)

        def forward(self, x):
            return {"features": (torch.relu(self.conv(x) + x),), "side": x.mean()}

    def __init__(self):
        super().__init__()
        self.one = self.Answers()

    def between(self, x):
        return self.one(x)["features"][0]


class Shuffled(Odd):
    """Channels change their places, pixels do not."""

    def __init__(self):
        super().__init__()
        self.shuffle = nn.ChannelShuffle(3)

    def between(self, x):
        y = self.one(x)
        y = y.reshape(-1, 2, 3, 8, 8).transpose(1, 2).reshape(-1, 6, 8, 8)
        return self.relu(self.other(y))


class Checkpointed(Odd):
    def between(self, x):
        return self.relu(self.other(checkpoint(self._inside, x, use_reentrant=False)))

    def _inside(self, x):
        return functional.relu(self.one(x) + x)


class ChannelsAtTheEnd(Odd):
    """Pictures are kept as (N, h, w, C), as Swin and ConvNeXt do."""

    def __init__(self):
        super().__init__()
        self.norm, self.mix, self.last = nn.LayerNorm(6), nn.Linear(6, 8), nn.LayerNorm(8)
        self.head = nn.Linear(8, 3)

    @staticmethod
    def read(tensor):
        return tensor[0].permute(2, 0, 1)

    def forward(self, x):
        x = self.norm(self.relu(self.stem(x)).permute(0, 2, 3, 1))
        return self.head(self.look(self.last(self.mix(x))).mean((1, 2)))


class Block(nn.Module):
    """A transformer's block on tokens (N, T, C), or (T, N, C)."""

    def __init__(self, width, batch_first=True):
        super().__init__()
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=batch_first)
        self.mix = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x):
        y = self.first(x)
        x = x + self.attention(y, y, y)[0]
        return x + self.mix(self.second(x))


class Tokens(Odd):
    """A vision transformer that averages its tokens, on a grid that is no square."""

    before, behind, batch_first = 0, 0, True
    answering = slice(None)
    """The tokens that the head reads."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 8, (4, 2), stride=(4, 2))
        self.places = nn.Parameter(0.1 * torch.randn(1, 32, 8))
        self.extra = nn.Parameter(torch.randn(1, max(self.before, self.behind), 8))
        self.blocks = nn.ModuleList(Block(8, self.batch_first) for _ in range(2))
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 3)

    @classmethod
    def read(cls, tensor):
        tokens = tensor[0] if cls.batch_first else tensor[:, 0]
        return tokens[cls.before : cls.before + 32].T.reshape(8, 4, 8)

    @classmethod
    def grid_of(cls, row):
        """A number for each token (T,) as a picture."""
        return row[cls.before : cls.before + 32].reshape(4, 8)

    def tokens(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.places
        extra = self.extra.expand(len(x), -1, -1)
        x = torch.cat([extra, x] if self.before else [x, extra], 1)
        return x if self.batch_first else x.transpose(0, 1)

    def forward(self, x):
        x = self.tokens(x)
        for block in self.blocks:
            x = block(x)
        x = self.look(self.norm(x))
        return self.head(x.mean(1 if self.batch_first else 0))


class TokensFirst(Tokens):
    batch_first = False


class ClassToken(Tokens):
    """The head reads the class token, so the last block's answer says nothing of places."""

    before, answering = 1, slice(0, 1)

    def forward(self, x):
        first, second = self.blocks
        return self.head(self.norm(second(self.look(first(self.tokens(x)))))[:, 0])


class ClassTokenBehind(Tokens):
    behind, answering = 1, slice(-1, None)

    def forward(self, x):
        first, second = self.blocks
        return self.head(self.norm(second(self.look(first(self.tokens(x)))))[:, -1])


class Registers(Tokens):
    before = 3


class CutByHand(Tokens):
    """Patches are cut out by a reshape, and no convolution tells their grid."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Linear(16, 8)
        self.places = nn.Parameter(0.1 * torch.randn(1, 16, 8))

    @classmethod
    def read(cls, tensor):
        return tensor[0].T.reshape(8, 4, 4)

    @classmethod
    def grid_of(cls, row):
        return row.reshape(4, 4)

    def tokens(self, x):
        x = x.reshape(-1, 4, 4, 4, 4).transpose(2, 3).reshape(-1, 16, 16)
        return self.patches(x) + self.places


def _traced():
    return torch.fx.symbolic_trace(FunctionalAdd())


def _parallel():
    return nn.DataParallel(FunctionalAdd())


READABLE = {
    "functional-add": FunctionalAdd,
    "activated-add": ActivatedAdd,
    "in-place-add": InPlaceAdd,
    "functional-cat": FunctionalCat,
    "dense-cat": DenseCat,
    "stacked-sum": StackedSum,
    "sum-of-a-list": SumOfList,
    "inception": Inception,
    "vgg": Vgg,
    "in-place-behind-flatten": InPlaceBehindFlatten,
    "in-place-behind-views": InPlaceBehindViews,
    "in-place-in-part": InPlaceInPart,
    "chunks": Chunks,
    "excited": Excited,
    "attention-pooled": AttentionPooled,
    "supervised": Supervised,
    "auxiliary": Auxiliary,
    "nested-answers": Nested,
    "channel-shuffle": Shuffled,
    "checkpointed": Checkpointed,
    "channels-at-the-end": ChannelsAtTheEnd,
    "tokens": Tokens,
    "tokens-first": TokensFirst,
    "class-token": ClassToken,
    "class-token-behind": ClassTokenBehind,
    "registers": Registers,
    "cut-by-hand": CutByHand,
}


class Before(nn.Module):
    """Something is done to the image before the network sees it."""

    def __init__(self, change):
        super().__init__()
        self.change, self.network = change, FunctionalAdd()

    def forward(self, x):
        return self.network(self.change(x))


class Spoiled(Odd):
    """Every picture is of something else than the image's places."""

    def __init__(self, head):
        super().__init__()
        self.stem, self.head = nn.Flatten(), head

    def forward(self, x):
        return self.head(self.stem(x))


def _unflattened():
    """A picture made of a vector."""
    head = nn.Sequential(nn.Linear(256, 64), nn.Unflatten(1, (1, 8, 8)), conv(1, 3))
    return Spoiled(nn.Sequential(head, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()))


class OnlyAttention(nn.Module):
    """The head reads nothing but attention matrices (N, heads, T, T)."""

    def __init__(self):
        super().__init__()
        self.patches, self.drop = nn.Linear(16, 8), nn.Softmax(3)
        self.head = nn.Linear(2 * 16 * 16, 3)

    def forward(self, x):
        x = x.reshape(-1, 16, 16)
        q = self.patches(x).reshape(-1, 16, 2, 4).transpose(1, 2)
        return self.head(self.drop(q @ q.transpose(2, 3)).flatten(1))


class Tiles(nn.Module):
    """The image is cut into tiles, which pass the layers as images of their own."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = conv(1, 4), nn.Linear(16, 3)

    def forward(self, x):
        tiles = x.reshape(2, 8, 2, 8).permute(0, 2, 1, 3).reshape(4, 1, 8, 8)
        return self.head(torch.relu(self.conv(tiles)).mean((2, 3)).reshape(1, 16))


UNREADABLE = {
    "transposed": partial(Before, lambda x: x.transpose(2, 3)),
    "flipped": partial(Before, lambda x: x.flip(3)),
    "turned": partial(Before, lambda x: torch.rot90(x, 1, (2, 3))),
    "cropped": partial(Before, lambda x: x[:, :, 4:, :12]),
    "padded": partial(Before, lambda x: functional.pad(x, (0, 8, 0, 8))),
    "unflattened": _unflattened,
    "only-attention": OnlyAttention,
    "tiles": Tiles,
}


class Bent(Odd):
    """A network whose activation is not what the record calls a ReLU, or hides that it is one."""

    def __init__(self, bend):
        super().__init__()
        self.bend = bend

    def forward(self, x):
        x = self.look(self.one(self.relu(self.stem(x))))
        return self.head(self.bend(x).mean((2, 3)))


class Relu(torch.autograd.Function):
    """Called like torch's own, and with another derivative."""

    @staticmethod
    def forward(_, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(_, gradient):
        return 2 * gradient


def _kept_by_index(x):
    flat = x.flatten()
    return torch.zeros_like(flat).index_put((flat > 0,), flat[flat > 0]).reshape(x.shape)


def _written(x):
    y = x.clone()
    y.unsqueeze(1).clamp_(min=0)
    return y


def _through_numpy(x):
    return x * torch.from_numpy((x.detach().numpy() > 0).astype("float64"))


@torch.jit.script
def _scripted(x: torch.Tensor):
    y = x.clone()
    y.unsqueeze(1).relu_()
    return y


BENDS = {
    "times-its-sign": lambda x: x * (x > 0),
    "times-a-float-mask": lambda x: (x > 0).to(x) * x,
    "times-a-detached-mask": lambda x: x * x.detach().gt(0),
    "times-a-data-mask": lambda x: x * (x.data > 0),
    "times-a-mask-in-place": lambda x: x.clone().mul_(x > 0),
    "times-a-step": lambda x: x * torch.heaviside(x.detach(), torch.zeros((), dtype=x.dtype)),
    "over-its-detached-size": lambda x: x / x.detach().abs().mean(),
    "over-a-number": lambda x: x / (1 + x.detach().abs().mean().item()),
    "over-a-list": lambda x: x / (1 + max(x.detach().flatten().tolist())),
    "through-numpy": _through_numpy,
    "straight-through": lambda x: x + (x.round() - x).detach(),
    "half-abs": lambda x: (x + x.abs()) / 2,
    "masked-fill": lambda x: x.masked_fill(x < 0, 0.0),
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "index-put": _kept_by_index,
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "clamp": lambda x: x.clamp(min=0),
    "clamp-into-a-view": _written,
    "scripted-in-place": _scripted,
    "threshold": lambda x: functional.threshold(x, 0.0, 0.0),
    "relu6-in-place": lambda x: functional.relu6(x.unsqueeze(1), inplace=True)[:, 0],
    "leaky-in-place": lambda x: functional.leaky_relu_(x.unsqueeze(1))[:, 0],
    "custom": lambda x: Relu.apply(x),
    "gelu": functional.gelu,
    "swish": lambda x: x * torch.sigmoid(x),
    "hard-swish": functional.hardswish,
    "sorted": lambda x: x.sort(1).values,
    "gathered": lambda x: x.gather(1, x.argmax(1, keepdim=True).expand_as(x)),
}
BENT = {name: partial(Bent, bend) for name, bend in BENDS.items()}
