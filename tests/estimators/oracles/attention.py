"""Slow versions of the maps made from attention: it is written out, head by head, row by row."""

from contextlib import ExitStack

import torch
from torch import nn

from tests.estimators.oracles.oracle import oracle
from tests.estimators.oracles.replacing import Replacing

ATTENTIVE = ("attention-rollout", "attention-relevance")


class WrittenOut:
    """Keeps every attention's weights (H, T, T) as tensors of which torch gives the gradient."""

    def __init__(self):
        self.layers = []

    def _kept(self, weights):
        self.layers.append(weights)
        return weights

    def softmax(self, function, *arguments, **options):
        answer = function(*arguments, **options)
        square = answer.ndim > 2 and answer.shape[-1] == answer.shape[-2] > 1
        return self._kept(answer) if square else answer

    def scaled_dot_product_attention(self, _, query, key, value):
        """Of (1, H, T, d) each."""
        products = torch.einsum("nhqd,nhkd->nhqk", query, key) / query.shape[-1] ** 0.5
        weights = products.exp() / products.exp().sum(-1, keepdim=True)
        return torch.einsum("nhqk,nhkd->nhqd", self._kept(weights), value)

    def multihead(self, layer):
        """What takes the place of a layer's forward: torch calls nothing by name inside it."""

        def forward(x, *_, **__):
            tokens = x[0] if layer.batch_first else x[:, 0]
            query, key, value = (tokens @ layer.in_proj_weight.T + layer.in_proj_bias).chunk(3, -1)
            heads, width = layer.num_heads, layer.head_dim
            places = [slice(head * width, (head + 1) * width) for head in range(heads)]
            weights = self._kept(
                torch.stack([(query[:, s] @ key[:, s].T / width**0.5).softmax(-1) for s in places])
            )
            seen = torch.cat([w @ value[:, s] for w, s in zip(weights, places, strict=True)], 1)
            answer = layer.out_proj(seen)
            return (answer[None] if layer.batch_first else answer[:, None]), None

        return forward


def attentions(network, image, target):
    """Weights (H, T, T) of all layers in order, and the score's gradients in them."""
    written = WrittenOut()
    functions = ("softmax", "scaled_dot_product_attention")
    with ExitStack() as stack:
        for layer in network.modules():
            if isinstance(layer, nn.MultiheadAttention):
                layer.forward = written.multihead(layer)
                stack.callback(delattr, layer, "forward")
        stack.enter_context(Replacing({name: getattr(written, name) for name in functions}))
        score = network(image.clone().requires_grad_())[0, target]
    slopes = torch.autograd.grad(score, written.layers)
    tokens = written.layers[0].shape[-1]
    return [
        (weights.detach().reshape(-1, tokens, tokens), slope.reshape(-1, tokens, tokens))
        for weights, slope in zip(written.layers, slopes, strict=True)
    ]


def rolled_out(layers):
    """Each token's shares (T, T): a share of every token that it sees, and half of itself."""
    tokens = layers[0][0].shape[-1]
    seen = torch.eye(tokens).double()
    for weights, _ in layers:
        before = seen.clone()
        for row in range(tokens):
            shares = sum(head[row] for head in weights) / len(weights)
            seen[row] = before[row] / 2 + sum(
                share * other / 2 for share, other in zip(shares, before, strict=True)
            )
    return seen


def raised(layers):
    """Each token's relevance (T, T) by the paper's equations 5 and 6, without the beginning."""
    tokens = layers[0][0].shape[-1]
    relevance = torch.eye(tokens).double()
    for weights, slopes in layers:
        before = relevance.clone()
        for row in range(tokens):
            for head, slope in zip(weights, slopes, strict=True):
                for column in range(tokens):
                    raising = max(float(head[row, column] * slope[row, column]), 0.0)
                    relevance[row] += raising / len(weights) * before[column]
    return relevance - torch.eye(tokens)


def shown(asked, matrix):
    """The rows of the tokens that the head reads, on the grid that the network tells by hand."""
    row = matrix[asked.network.answering].mean(0)
    return asked.enlarged(asked.network.grid_of(row))


@oracle("attention-rollout")
def attention_rollout(asked):
    """attention written out head by head and multiplied row by row, from the tokens told by hand"""
    return shown(asked, rolled_out(attentions(asked.network, asked.image, asked.target)))


@oracle("attention-relevance")
def attention_relevance(asked):
    """the paper's sum weight by weight, with torch's gradient in attention written out"""
    return shown(asked, raised(attentions(asked.network, asked.image, asked.target)))


def halved(function, one, other, **options):
    """A product of which either factor gets half of its gradient."""
    return (function(one, other.detach(), **options) + function(one.detach(), other, **options)) / 2


class WithoutGates:
    """The paper's efficient form: what no relevance passes through is cut off the record."""

    @staticmethod
    def product(function, one, other, **options):
        both = all(torch.is_tensor(each) and each.requires_grad for each in (one, other))
        return halved(function, one, other, **options) if both else function(one, other, **options)

    @staticmethod
    def einsum(function, equation, *values):
        return halved(lambda one, other: function(equation, one, other), *values)

    @staticmethod
    def layer_norm(_, x, shape, weight=None, bias=None, eps=1e-5):
        axes = tuple(range(-len(shape), 0))
        centred = x - x.mean(axes, keepdim=True)
        scale = (centred.square().mean(axes, keepdim=True) + eps).sqrt().detach()
        return centred / scale * weight + bias

    @staticmethod
    def activation(function, x, **options):
        return x * (function(x, **options) / x).detach()

    @classmethod
    def scaled_dot_product_attention(cls, _, query, key, value):
        products = cls.product(torch.matmul, query, key.mT) / query.shape[-1] ** 0.5
        return cls.product(torch.matmul, products.softmax(-1), value)

    @classmethod
    def multihead(cls, layer):
        def forward(x, *_, **__):
            tokens = x[0] if layer.batch_first else x[:, 0]
            rows = tokens @ layer.in_proj_weight.T + layer.in_proj_bias
            parts = [part.chunk(layer.num_heads, -1) for part in rows.chunk(3, -1)]
            seen = [
                cls.scaled_dot_product_attention(None, *(part[None] for part in head))[0]
                for head in zip(*parts, strict=True)
            ]
            answer = layer.out_proj(torch.cat(seen, 1))
            return (answer[None] if layer.batch_first else answer[:, None]), None

        return forward


@oracle("attention-lrp")
def attention_lrp(asked):
    """the image times the gradient of the network with the paper's cuts written into it"""
    rules = WithoutGates
    replaced = dict.fromkeys(("matmul", "__matmul__", "bmm", "mul", "__mul__"), rules.product)
    replaced |= dict.fromkeys(("gelu", "silu", "tanh"), rules.activation)
    names = ("einsum", "layer_norm", "scaled_dot_product_attention")
    replaced |= {name: getattr(rules, name) for name in names}
    point = asked.image.clone().requires_grad_()
    with ExitStack() as stack:
        for layer in asked.network.modules():
            if isinstance(layer, nn.MultiheadAttention):
                layer.forward = rules.multihead(layer)
                stack.callback(delattr, layer, "forward")
        stack.enter_context(Replacing(replaced))
        score = asked.network(point.clone())[0, asked.target]
    (gradient,) = torch.autograd.grad(score, point)
    return (asked.image * gradient)[0].sum(0).numpy()
