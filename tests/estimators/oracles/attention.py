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
