"""Passes without a gradient, by a quicker form of the network where one is known to be exact."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctviz.networks.calling import class_scores, in_layout
from ctviz.networks.quiet import State, state_of

QuickScores: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Images (N, C, h, w) -> class scores (N, K), contiguous."""


@dataclass(frozen=True, eq=False)
class _QuickForm:
    """What computes a network's scores more quickly, for as long as it has these weights."""

    scores: QuickScores
    shape: tuple[int, ...]
    state: State

    def fits(self, network: nn.Module, batch: Tensor) -> bool:
        """Whether the form was made for these images, and for the network as it is now."""
        alike = batch.dtype == torch.float32 and batch.device.type == "cpu"
        made_for = alike and tuple(batch.shape[1:]) == self.shape
        return made_for and self.state == state_of(network) and not _is_watched(network)


_FORMS: WeakKeyDictionary[nn.Module, _QuickForm] = WeakKeyDictionary()


def _is_watched(network: nn.Module) -> bool:
    """Whether somebody wants to be told what goes through a layer."""
    return any(
        layer._forward_hooks or layer._forward_pre_hooks  # noqa: SLF001 - torch tells it nowhere else
        for layer in network.modules()
    )


def offer_quick_form(network: nn.Module, scores: QuickScores, shape: tuple[int, ...]) -> None:
    """Let passes without a gradient go by a quicker form from now on.

    Parameters
    ----------
    network
        In evaluation, on the processor. A copy of it, or the network with other weights, is
        computed as it stands.
    scores
        Known to be exact but for rounding.
    shape
        (C, h, w) of the images that it takes.
    """
    _FORMS[network] = _QuickForm(scores, shape, state_of(network))


def lay_out(network: nn.Module, layout: torch.memory_format) -> None:
    """Let a network's weights lie in memory in another way; its quicker form stays."""
    form = _FORMS.get(network)
    holds = form is not None and form.state == state_of(network)
    network.to(memory_format=layout)  # type: ignore[call-overload]
    if form is not None and holds:
        _FORMS[network] = replace(form, state=state_of(network))


def answers(network: nn.Module, batch: Tensor, *, channels_last: bool) -> Tensor:
    """Return the class scores (N, K) of images (N, C, h, w), without a record for gradients."""
    form = _FORMS.get(network)
    if form is None or not form.fits(network, batch):
        with torch.no_grad():
            return class_scores(network, in_layout(batch, channels_last=channels_last))
    return torch.from_numpy(form.scores(batch.detach().contiguous().numpy()))
