"""Weights from elsewhere find their places in a network of the allow-list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ctviz.core import CtvizError, UnusableModel, Value
from ctviz.core.text import count_of
from ctviz.models.architectures import ARCHITECTURES, SingleNeuron, TensorNames, build_network
from ctviz.models.neighbours import fault_of_channels

NAMED = 4
"""So many tensors are named of those that do not fit."""
MANY = 10**6


@dataclass(frozen=True, eq=False)
class Adopted:
    """A network with weights from elsewhere.

    Parameters
    ----------
    architecture, arguments
        What a card says of it.
    channels, neurons
        Of the image and of the answer.
    network
        In evaluation, without anything around a single neuron.
    untold
        Hyperparameters that the weights leave open and nobody has given, with what is usual.
    """

    architecture: str
    arguments: Mapping[str, Value]
    channels: int
    neurons: int
    network: nn.Module
    untold: Mapping[str, Value]


def adopted(
    weights: Mapping[str, Tensor],
    architecture: str = "",
    given: Mapping[str, Value] | None = None,
) -> Adopted:
    """Return the network that weights belong to.

    Parameters
    ----------
    weights
        By the names of MONAI, torchvision or timm.
    architecture
        One of the allow-list; empty lets the weights tell.
    given
        Hyperparameters that weights do not tell.

    Raises
    ------
    UnusableModel
        If they do not fit, with the names of what is missing and what is not known.
    """
    readable = [name for name, cls in ARCHITECTURES.items() if cls.names is not None]
    if architecture and architecture not in readable:
        raise UnusableModel(
            f"There is no architecture '{architecture}' for weights of others; choose one of "
            f"{', '.join(readable)}, or export the network as ONNX."
        )
    refusals: list[_UnfitWeights] = []
    for name in [architecture] if architecture else readable:
        try:
            return _fitted(weights, name, given or {})
        except _UnfitWeights as misfit:
            refusals.append(misfit)
    nearest = min(refusals, key=lambda each: each.wrong)
    raise UnusableModel(str(nearest) + ("" if architecture else _OTHERWISE))


_OTHERWISE = " No other architecture fits better; export the network as ONNX instead."


class _UnfitWeights(CtvizError):
    """Weights that are not those of an architecture; ``wrong`` says of how many tensors."""

    def __init__(self, sentence: str, wrong: int) -> None:
        super().__init__(sentence)
        self.wrong = wrong


def _fitted(weights: Mapping[str, Tensor], name: str, given: Mapping[str, Value]) -> Adopted:
    cls = ARCHITECTURES[name]
    names = cls.names or TensorNames("", "")
    kept = {n: each for n, each in weights.items() if not re.search(names.unused, n)}
    own = {_own(n, names): each for n, each in cls.reshaped(kept).items()}
    first, last = own.get(names.first), own.get(names.last)
    if first is None or last is None or first.ndim != 4 or last.ndim != 2:
        raise _UnfitWeights(
            f"The weights are not those of {name}, which has '{names.first}' and '{names.last}'.",
            len(own),
        )
    arguments = {**cls.arguments_of({**weights, **own}), **given}
    channels, neurons = first.shape[1], last.shape[0]
    with torch.device("meta"):
        expected = _weights_of(_built(name, arguments, channels, neurons))
    for tensor, wanted in expected.items():
        if tensor not in own and re.search(names.absent, tensor):
            own[tensor] = torch.zeros(wanted.shape)
    own = {tensor: _flat(each, expected.get(tensor)) for tensor, each in own.items()}
    _refuse_misfits(own, expected, name)
    network = _built(name, arguments, channels, neurons)
    network.load_state_dict(network.state_dict() | own)
    network.eval().requires_grad_(requires_grad=False)
    untold = {each: usual for each, usual in cls.open_in(weights).items() if each not in given}
    return Adopted(name, arguments, channels, neurons, network, untold)


def _flat(tensor: Tensor, wanted: Tensor | None) -> Tensor:
    """Return a convolution of one pixel as the dense layer that it is, where that is expected."""
    ones = (1,) * (0 if wanted is None else tensor.ndim - wanted.ndim)
    if wanted is None or tensor.shape != (*wanted.shape, *ones):
        return tensor
    return tensor.reshape(wanted.shape)


def _own(name: str, names: TensorNames) -> str:
    """Return what we call a tensor of another library."""
    for pattern, ours in names.renamed:
        name = re.sub(pattern, ours, name)
    return name


def _built(name: str, arguments: Mapping[str, Value], channels: int, neurons: int) -> nn.Module:
    """Return the architecture's network, refusing hyperparameters that it does not allow."""
    if fault := fault_of_channels(channels):
        raise _UnfitWeights(f"The weights are of a network for images {fault}", 0)
    try:
        with torch.random.fork_rng(devices=[]):
            network = build_network(name, arguments, channels=channels, neurons=neurons)
    except CtvizError as error:
        raise _UnfitWeights(f"The weights are not those of {name}: {error}", MANY) from None
    return network.body if isinstance(network, SingleNeuron) else network


def _weights_of(network: nn.Module) -> dict[str, Tensor]:
    return {name: each for name, each in network.state_dict().items() if each.is_floating_point()}


def _refuse_misfits(own: Mapping[str, Tensor], expected: Mapping[str, Tensor], name: str) -> None:
    """Refuse weights that miss tensors, have others, or have some of another shape or undefined."""
    missing = [each for each in expected if each not in own]
    unknown = [each for each in own if each not in expected]
    parts = []
    if missing:
        parts.append(f"miss {_listed(missing)}")
    if unknown:
        parts.append(f"have {_listed(unknown)} that it does not know")
    if parts:
        raise _UnfitWeights(
            f"The weights are not those of {name}: they {' and '.join(parts)}.",
            len(missing) + len(unknown),
        )
    for tensor, wanted in expected.items():
        if own[tensor].shape != wanted.shape:
            raise _UnfitWeights(
                f"The tensor '{tensor}' is {tuple(own[tensor].shape)} where {name} has "
                f"{tuple(wanted.shape)}.",
                1,
            )
        if not bool(own[tensor].isfinite().all()):
            raise _UnfitWeights(f"The tensor '{tensor}' has infinite or undefined values.", 0)


def _listed(names: Sequence[str]) -> str:
    """Return how many there are, with the first few by name."""
    some = ", ".join(f"'{name[:80]}'" for name in names[:NAMED])
    return f"{count_of(len(names), 'tensor')} ({some}{', …' if len(names) > NAMED else ''})"
