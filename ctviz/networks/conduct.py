"""How a network treats the images it is sent, found out once before its answers are believed.

Maps and curves send many images at once and many times. That is right only if a network answers
each image by itself and the same every time, which is not promised by anything: a batch
normalisation without statistics, or a dropout that is never off, looks like any other layer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ctviz.core import UnsupportedNetwork
from ctviz.networks.calling import NetworkFailed, class_scores, in_layout
from ctviz.networks.quiet import State, same, state_of

ASKED_AGAIN = 8
"""So often a network that seems to let images see one another is asked for the same image."""
AT_ONCE = 3
"""Images in a batch that is watched: the image, another one, and the image again."""
GROSS = 0.02
"""Share of scores' differences from which a change of them is more than a matter of rounding."""


@dataclass(frozen=True)
class Conduct:
    """What a network can be sent.

    Parameters
    ----------
    channels_last
        Whether images may lie in memory with the channels of a pixel side by side.
    together
        Whether several images may be sent at once.
    """

    channels_last: bool
    together: bool


@dataclass(frozen=True, eq=False)
class _KnownConduct:
    """What was found out about a network with these weights."""

    state: State
    conduct: Conduct | UnsupportedNetwork


_KNOWN: WeakKeyDictionary[nn.Module, dict[object, _KnownConduct]] = WeakKeyDictionary()


def conduct_of(
    network: nn.Module, x: Tensor, *, largest: int = AT_ONCE, channels_last: bool = True
) -> Conduct:
    """Return what a network can be sent of images like x (1, C, h, w), or refuse it.

    It is watched on a few batches when it is first asked about images of this shape, and again
    when its weights have changed.

    Parameters
    ----------
    network
        In evaluation.
    x
        An image to watch it on, of which nothing else is known.
    largest
        How many images will be sent at once.
    channels_last
        Whether that layout is wanted.
    """
    size = min(max(largest, 1), AT_ONCE)
    key = (tuple(x.shape[1:]), x.dtype, x.device, size, channels_last)
    kept = _KNOWN.setdefault(network, {})
    found, state = kept.get(key), state_of(network)
    if found is None or found.state != state:
        conduct: Conduct | UnsupportedNetwork
        try:
            conduct = _WatchedNetwork(network, _example(x.detach()), size).conduct(
                channels_last=channels_last
            )
        except NetworkFailed:
            raise  # of this image perhaps, so it is not held against the network
        except UnsupportedNetwork as refusal:
            conduct = refusal
        found = kept[key] = _KnownConduct(state_of(network), conduct)
    if isinstance(found.conduct, UnsupportedNetwork):
        raise UnsupportedNetwork(str(found.conduct))
    return found.conduct


@dataclass(frozen=True, eq=False)
class _WatchedNetwork:
    """A network under observation: an image, and how many may share a batch."""

    network: nn.Module
    x: Tensor
    size: int
    numbers: dict[str, Tensor] = field(default_factory=dict)

    def conduct(self, *, channels_last: bool) -> Conduct:
        """Return what the network can be sent, or refuse it."""
        self.numbers.update((name, value.detach().clone()) for name, value in self._own())
        try:
            with torch.no_grad():
                found = self._found([True, False] if channels_last else [False])
            self._refuse_restless()
        finally:
            self._put_back()
        return found

    def _found(self, layouts: list[bool]) -> Conduct:
        alone = self._scores(self.x, channels_last=False)
        seen = 0.0
        for channels_last in layouts:
            try:
                answers, spread = self._in_company(channels_last=channels_last)
            except NetworkFailed:
                continue
            if _change(*answers) > _tolerance(self.x, steps=64):
                seen = float((answers[0] - answers[1]).abs().max()) / max(spread, 1e-30)
                break
            if _change(answers[0], alone) <= _tolerance(self.x, steps=4096):
                return Conduct(channels_last, together=self.size > 1)
        self._refuse_chance(alone)
        if seen > GROSS and not self._is_quantised():
            raise UnsupportedNetwork(
                "In this network the images of a batch see one another, so that its answer to one "
                "depends on the others; give its normalisations fixed statistics, or let it treat "
                "each image by itself."
            )
        return Conduct(channels_last=False, together=False)

    def _is_quantised(self) -> bool:
        """Whether layers of small integers round a batch together, each image a little off."""
        return any(
            type(layer).__module__.startswith("torch.ao.nn.quantized")
            for layer in self.network.modules()
        )

    def _in_company(self, *, channels_last: bool) -> tuple[list[Tensor], float]:
        """Return the scores (n, K) of the image in two batches that differ in their companions.

        Beside them stands how far the scores of the image and its companions are apart.
        """
        places = {1: [0], 2: [1], AT_ONCE: [0, 2]}[self.size]
        answers, spread = [], 0.0
        for companion in _companions(self.x):
            row = [self.x if place in places else companion for place in range(self.size)]
            scores = self._scores(torch.cat(row), channels_last=channels_last)
            answers.append(scores[places])
            spread = max(spread, float((scores - scores[places[0]]).abs().max()))
        return answers, spread

    def _refuse_chance(self, alone: Tensor) -> None:
        """Ask again, several times: what drops few things may drop the same ones twice."""
        asked = (self._scores(self.x, channels_last=False) for _ in range(ASKED_AGAIN))
        if any(_change(again, alone) > _tolerance(self.x, steps=2048) for again in asked):
            raise UnsupportedNetwork(
                "The network answers differently each time it is asked about the same image, by "
                "chance or because it remembers; switch that off (dropout, for instance)."
            )

    def _refuse_restless(self) -> None:
        for name, value in self._own():
            before = self.numbers.get(name)
            if before is not None and value.is_floating_point() and not same(value, before):
                raise UnsupportedNetwork(
                    f"The network changes its own numbers '{name}' while it answers, so no two "
                    "answers are the same network's; let it do that in training only."
                )

    def _put_back(self) -> None:
        with torch.no_grad():
            for name, value in self._own():
                before = self.numbers.get(name)
                if before is not None and before.shape == value.shape and not same(value, before):
                    value.copy_(before)

    def _scores(self, batch: Tensor, *, channels_last: bool) -> Tensor:
        scores = class_scores(self.network, in_layout(batch, channels_last=channels_last))
        return scores.detach().cpu().double().clone()

    def _own(self) -> Iterator[tuple[str, Tensor]]:
        yield from self.network.named_parameters()
        yield from self.network.named_buffers()


def _example(x: Tensor) -> Tensor:
    """Return an image like x that is even nowhere, so that every part of a network has work."""
    return torch.lerp(x, next(_companions(x)), 0.5)


def _companions(x: Tensor) -> Iterator[Tensor]:
    """Yield two images (1, C, h, w) that no statistic of a batch takes for each other."""
    low, high = float(x.min()), float(x.max())
    spread = high - low if high > low else 1.0
    generator = torch.Generator().manual_seed(0)
    noise = torch.rand(x.shape, generator=generator, dtype=torch.float64)
    yield (low + spread * noise).to(x)
    yield (low + spread / 8 * noise.flip(-1)).to(x)


def _change(one: Tensor, other: Tensor) -> float:
    """Return the largest difference of class scores as a share of the largest score."""
    scale = max(float(one.abs().max()), float(other.abs().max()))
    difference = float((one - other).abs().max())
    # What is not finite is refused elsewhere, for that reason.
    return difference / scale if scale > 0 and isfinite(difference / scale) else 0.0


def _tolerance(x: Tensor, steps: int) -> float:
    """Return the share by which rounding alone may change scores, after so many steps of it."""
    if x.device.type != "cpu" and steps > 64:
        return GROSS  # where convolutions may be rounded to ten bits
    return min(steps * torch.finfo(x.dtype).eps, GROSS)
