"""Which of a transformer's tokens stand for which part of the image, found out once a network.

Nothing is believed: parts of an image are changed, and the tokens that stand for a part must change
most; and where each token's attention is bound to itself, no token may see any other, or attention
would not be all there is to follow.
"""

from collections.abc import Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators.engine.attention import (
    OTHER_WAYS,
    AttentionLayer,
    attention_layers,
    each_by_itself,
)
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.graph import watched
from ctviz.estimators.engine.readings import LayerReading, Trial, disturbed, token_readings
from ctviz.networks import NetworkFailed, State, state_of

NO_PLACES = (
    "The tokens that this network's attention weighs do not stand for a grid of places in the "
    "image; choose an estimator that reads gradients."
)
UNCHANGED, CHANGED = 1e-5, 1e-3
"""Shares of the largest change of a token up to which one is none, and from which it is one."""

_KNOWN: WeakKeyDictionary[
    nn.Module, dict[object, tuple[State, LayerReading | UnsupportedNetwork]]
] = WeakKeyDictionary()


def token_grid(class_score: ClassScore) -> LayerReading:
    """Return how tokens (1, T, C) make feature maps, or refuse the network.

    It is watched when it is first asked about images of this shape, and again when its weights
    have changed.
    """
    network, x = class_score.network, class_score.x
    kept, state = _KNOWN.setdefault(network, {}), state_of(network)
    key = (tuple(x.shape[1:]), x.dtype, x.device)
    if key not in kept or kept[key][0] != state:
        found: LayerReading | UnsupportedNetwork
        try:
            found = _found(replace(class_score, x=disturbed(x, torch.ones(1, 1))))
        except NetworkFailed:
            raise  # of this image perhaps, so it is not held against the network
        except UnsupportedNetwork as refusal:
            found = refusal
        kept[key] = state, found
    answer = kept[key][1]
    if isinstance(answer, UnsupportedNetwork):
        raise UnsupportedNetwork(str(answer))
    return answer


def _found(class_score: ClassScore) -> LayerReading:
    run = watched(class_score.network, class_score.x, ask=class_score.scores)
    class_score.require_gradient(run.answer.sum())
    first, *_ = attention_layers(run)
    shapes, size = [made.shape for made in run.made], class_score.x.shape[-2:]
    readings = list(token_readings(first.tokens, (0, 2, 1), shapes, size))

    def make(image: Tensor) -> Tensor:
        return _tokens(_layers(class_score, image)[0])

    best = Trial.of(class_score.x, make).best(readings) if readings else None
    if best is None:
        raise UnsupportedNetwork(NO_PLACES)
    _require_attention_alone(class_score, best.grid)
    return best


def _layers(class_score: ClassScore, image: Tensor) -> list[AttentionLayer]:
    return attention_layers(watched(class_score.network, image, ask=class_score.scores))


def _tokens(layer: AttentionLayer) -> Tensor:
    """Return what a layer's tokens hand on (1, T, C)."""
    return layer.values.transpose(0, 1).flatten(1)[None]


def _require_attention_alone(class_score: ClassScore, grid: tuple[int, int]) -> None:
    """Refuse a network in which tokens change though nobody that they may see has.

    With each token's attention on itself, a change of the image must stay, layer for layer, in the
    tokens where it first arrived.
    """
    with each_by_itself():
        usual = _layers(class_score, class_score.x)
        for part in _parts(grid):
            layers = _layers(class_score, disturbed(class_score.x, part))
            first, *later = [_change(*pair) for pair in zip(usual, layers, strict=True)]
            if any(_spreads(first, change) for change in later):
                raise UnsupportedNetwork(OTHER_WAYS)


def _parts(grid: tuple[int, int]) -> Iterator[Tensor]:
    """Yield parts (h', w') of the image: its upper half, its left half, every other place."""
    rows, columns = (torch.arange(size) for size in grid)
    yield (rows < grid[0] / 2)[:, None].expand(grid)
    yield (columns < grid[1] / 2).expand(grid)
    yield torch.rand(grid, generator=torch.Generator().manual_seed(0)) < 0.5


def _change(usual: AttentionLayer, changed: AttentionLayer) -> Tensor:
    """Return how much each token (T,) changes, as a share of the largest change."""
    change = (changed.values - usual.values).abs().amax((0, 2)).double()
    return change / change.max().clamp(min=torch.finfo(change.dtype).tiny)


def _spreads(first: Tensor, later: Tensor) -> bool:
    """Whether a change went on to other tokens than those where it arrived, or left them."""
    gained = (first <= UNCHANGED) & (later >= CHANGED)
    lost = (first >= CHANGED) & (later <= UNCHANGED)
    return bool((gained | lost).any())
