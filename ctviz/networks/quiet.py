"""A network is left exactly as it was found."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from ctviz.core import InvalidInput, UnsupportedNetwork
from ctviz.networks.gpu import exact_arithmetic

State: TypeAlias = tuple[tuple[int, int], ...]
"""What changes when a network's weights or statistics do."""


@contextmanager
def undisturbed(network: nn.Module) -> Iterator[None]:
    """Put the network into evaluation without parameter gradients, and put everything back.

    Training modes, ``requires_grad`` flags, buffers that the network overwrites and torch's global
    chance return to what they were, whatever happens inside. A network that is already in
    evaluation with ``requires_grad`` off and overwrites nothing is not touched at all, so that
    several threads may share it. Meanwhile a GPU computes exactly, see `exact_arithmetic`.
    """
    _check(network)
    buffers = [_Buffer(*place) for place in _places(network)]
    chance = torch.get_rng_state()
    try:
        with (
            exact_arithmetic(),
            _in_evaluation(network),
            torch.inference_mode(mode=False),
            torch.enable_grad(),
        ):
            yield
    finally:
        if not _are_untouched(buffers):
            for buffer in buffers:
                buffer.put_back()
        if not torch.equal(torch.get_rng_state(), chance):
            torch.set_rng_state(chance)


@contextmanager
def _in_evaluation(network: nn.Module) -> Iterator[None]:
    training = [module for module in network.modules() if module.training]
    # Those made in inference mode cannot be switched on again, and do no harm.
    trainable = [p for p in network.parameters() if p.requires_grad and not p.is_inference()]
    try:
        for module in training:
            module.training = False
        for parameter in trainable:
            parameter.requires_grad_(False)
        yield
    finally:
        for module in training:
            module.training = True
        for parameter in trainable:
            parameter.requires_grad_(True)


def _check(network: object) -> None:
    if not isinstance(network, nn.Module):
        raise InvalidInput(f"A network must be a torch.nn.Module, not {type(network).__name__}.")
    if any(map(is_lazy, (*network.parameters(), *network.buffers()))):
        raise UnsupportedNetwork(
            "Some of the network's weights are not there yet; send an image through it first."
        )


@dataclass(eq=False)
class _Buffer:
    """A buffer of a module, with its numbers."""

    module: nn.Module
    name: str
    value: Tensor

    def __post_init__(self) -> None:
        self.numbers = self.value.detach().clone()

    @property
    def is_in_place(self) -> bool:
        """Whether the module still has this very tensor."""
        return getattr(self.module, self.name, None) is self.value

    def put_back(self) -> None:
        """Make the module's buffer what it was, if it is no more."""
        now = getattr(self.module, self.name, None)
        if isinstance(now, Tensor) and same(now, self.numbers):
            return
        with torch.no_grad():
            self.value.copy_(self.numbers)
        if now is not self.value:
            setattr(self.module, self.name, self.value)


def _are_untouched(buffers: list[_Buffer]) -> bool:
    """Whether all buffers are as they were; a GPU is asked once for all of a kind."""
    kinds: dict[object, list[_Buffer]] = {}
    for buffer in buffers:
        kinds.setdefault((buffer.value.dtype, buffer.value.device), []).append(buffer)
    return all(buffer.is_in_place for buffer in buffers) and all(
        same(_in_one_row(b.value for b in alike), _in_one_row(b.numbers for b in alike))
        for alike in kinds.values()
    )


def _in_one_row(values: Iterable[Tensor]) -> Tensor:
    return torch.cat([value.detach().flatten() for value in values])


def _places(network: nn.Module) -> Iterator[tuple[nn.Module, str, Tensor]]:
    for module in network.modules():
        for name, value in module.named_buffers(recurse=False):
            yield module, name, value


def same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same numbers of the same kind."""
    return one.shape == other.shape and one.dtype == other.dtype and torch.equal(one, other)


def state_of(network: nn.Module) -> State:
    """Return which numbers a network has, without reading them."""
    return tuple(map(_stamp, (*network.parameters(), *network.buffers())))


def _stamp(value: Tensor) -> tuple[int, int]:
    version = -1 if value.is_inference() else value._version  # noqa: SLF001 - torch's own users read it
    return version, value.data_ptr()
