"""Transformers as people write them: the same network in many ways, and some that are refused."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional

WIDTH, HEADS = 8, 2


def split(x):
    """Tokens (1, T, C) as (1, heads, T, d)."""
    return x.reshape(len(x), x.shape[1], HEADS, -1).transpose(1, 2)


def joined(x):
    return x.transpose(1, 2).flatten(2)


def fused(query, key, value):
    return functional.scaled_dot_product_attention(query, key, value)


def by_products(query, key, value):
    return (query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5).softmax(-1) @ value


def by_einsum(query, key, value):
    """As MONAI writes it."""
    weights = torch.einsum("blxd,blyd->blxy", query, key) * query.shape[-1] ** -0.5
    return torch.einsum("bhxy,bhyd->bhxd", nn.Dropout().eval()(weights.softmax(dim=-1)), value)


def head_by_head(query, key, value):
    """Whether these are heads or layers side by side, nobody can tell."""
    rows = [
        (q @ k.mT / q.shape[-1] ** 0.5).softmax(2) @ v
        for q, k, v in zip(query.unbind(1), key.unbind(1), value.unbind(1), strict=True)
    ]
    return torch.stack(rows, 1)


def masked(query, key, value):
    """With a mask that hides nothing, which torch's fused form takes another way."""
    count = query.shape[2]
    return functional.scaled_dot_product_attention(
        query, key, value, attn_mask=torch.ones(count, count, dtype=torch.bool)
    )


def flattened(query, key, value):
    """Heads are images of a batch, as torch's own layer has them."""
    query, key, value = (each.flatten(0, 1) for each in (query, key, value))
    weights = functional.softmax(torch.bmm(query / query.shape[-1] ** 0.5, key.mT), dim=2)
    return torch.bmm(weights, value)[None]


def by_exponentials(query, key, value):
    """No softmax is on the record."""
    raised = (query @ key.mT / query.shape[-1] ** 0.5).exp()
    return raised / raised.sum(-1, keepdim=True) @ value


def talking(query, key, value):
    """Heads mix their weights behind the softmax."""
    weights = (query @ key.mT).softmax(-1)
    return (weights + weights.flip(1) / 2) @ value


def of_channels(query, key, value):
    """Cross-covariance: channels attend to channels."""
    return (value @ (query.mT @ key).softmax(-1)).contiguous()


def in_windows(query, key, value):
    """Each row of places sees itself only."""
    apart = [
        each.unflatten(2, (4, 4)).transpose(1, 2).flatten(0, 2) for each in (query, key, value)
    ]
    seen = by_products(*apart)
    return seen.unflatten(0, (1, 4, HEADS)).transpose(1, 2).flatten(2, 3)


class Transformer(nn.Module):
    """Two layers of attention over 4 × 4 patches of 16 × 16 pixels, without or with a class token.

    Parameters
    ----------
    attend
        What is done with (1, heads, T, d) queries, keys and values.
    class_token
        Whether the head reads one, and not the mean.
    """

    def __init__(self, attend=by_products, class_token=False):
        super().__init__()
        self.patches, self.head = nn.Conv2d(1, WIDTH, 4, 4), nn.Linear(WIDTH, 3)
        self.token = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.places = nn.Parameter(torch.randn(1, 16, WIDTH))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.into = nn.ModuleList(nn.Linear(WIDTH, 3 * WIDTH) for _ in range(2))
        self.out = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(2))
        self.across = nn.Linear(16, 16)
        self.attend, self.class_token = attend, class_token

    @property
    def answering(self):
        """The tokens that the head reads."""
        return slice(0, 1) if self.class_token else slice(None)

    def grid_of(self, row):
        """A number for each token (T,) as a picture."""
        return row[-16:].reshape(4, 4)

    @staticmethod
    def look(features):
        return features

    @staticmethod
    def read(tensor):
        return tensor[0].T.reshape(WIDTH, 4, 4)

    def tokens(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.places
        return torch.cat([self.token.expand(len(x), -1, -1), x], 1) if self.class_token else x

    def seen(self, x, layer):
        query, key, value = map(split, self.into[layer](self.norms[layer](x)).chunk(3, -1))
        return self.out[layer](joined(self.attend(query, key, value)))

    def between(self, x):
        return x

    def forward(self, x):
        x = self.tokens(x)
        x = x + self.seen(x, 0)
        x = self.between(x)
        x = self.look(self.norms[2](x + self.seen(x, 1)))
        return self.head(self.pooled(x))

    def pooled(self, x):
        return x[:, 0] if self.class_token else x.mean(1)


class SideBySide(Transformer):
    """Both layers of attention see the same."""

    def forward(self, x):
        x = self.tokens(x)
        return self.head(self.pooled(self.norms[2](x + self.seen(x, 0) + self.seen(x, 1))))


class Mixed(Transformer):
    """A dense layer over the places lies between."""

    def between(self, x):
        return x + self.across(x.transpose(1, 2)).transpose(1, 2)


class Shuffled(Transformer):
    def between(self, x):
        return x.flip(1)


class Merged(Transformer):
    """Four tokens become one."""

    def between(self, x):
        return x.unflatten(1, (2, 2, 2, 2)).mean((2, 4)).flatten(1, 2)


class PooledByAttention(Transformer):
    """The head reads the tokens by a query of its own."""

    def pooled(self, x):
        return ((self.token @ x.mT).softmax(-1) @ x)[:, 0]


class PooledByExponentials(Transformer):
    def pooled(self, x):
        raised = (self.token @ x.mT).exp()
        return (raised / raised.sum(-1, keepdim=True) @ x)[:, 0]


class WithoutPlaces(Transformer):
    """A token is a channel of the image, not a place."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 3, padding=1)
        self.squeeze = nn.Linear(256, WIDTH)

    def tokens(self, x):
        return self.squeeze(self.stem(x).flatten(2))


WAYS = {
    "fused": fused,
    "by-products": by_products,
    "by-einsum": by_einsum,
    "masked": masked,
    "flattened": flattened,
}
"""The same attention."""
WRITTEN = {
    "attention-fused": partial(Transformer, fused),
    "attention-by-einsum": partial(Transformer, by_einsum),
    "attention-by-exponentials": partial(Transformer, by_exponentials),
}
"""Those of `docs/networks.md`; none has a class token."""
OTHERWISE = {
    "by-exponentials": by_exponentials,
    "head-by-head": head_by_head,
    "talking-heads": talking,
    "of-channels": of_channels,
    "in-windows": in_windows,
}
REFUSED = {
    "side-by-side": SideBySide,
    "mixed-by-a-dense-layer": Mixed,
    "shuffled": Shuffled,
    "merged": Merged,
    "pooled-by-attention": PooledByAttention,
    "pooled-by-exponentials": PooledByExponentials,
    "without-places": WithoutPlaces,
}
