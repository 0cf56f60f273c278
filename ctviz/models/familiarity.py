"""Whether an input is like what a model has learnt from: as near to that as unseen scans are.

Sun et al., Out-of-distribution detection with deep nearest neighbors. ICML 2022. arXiv:2204.06507;
at several depths of the network, as Lee et al., NeurIPS 2018. arXiv:1807.03888, for what is strange
in texture alone is no more so where the network has drawn its conclusion.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ctviz.core import UnsupportedNetwork, UnusableModel
from ctviz.networks import class_scores, undisturbed

MOST_NEIGHBOURS, LARGEST_LIMIT = 100, 2.0
"""Directions are at most 2 apart."""

DEPTHS = (0.25, 0.5, 0.75)
"""At which shares of the convolutions features are taken, beside the last layer's."""


@dataclass(frozen=True)
class Familiarity:
    """How far from what it has learnt an input may be for a model's answer to be believed.

    The distance is that of the input's features, taken as a direction, to the features of the
    training slices: to the so many nearest, the last of them. There is one distance for each depth
    of the network; the one that goes farthest beyond its limit decides.

    Parameters
    ----------
    neighbours
        Which nearest training slice counts.
    limits
        For each depth the distance, 0 to 2. Within all of them lie 95 % of the slices that are like
        those of the training but were not seen.
    on
        Those slices, in words.
    """

    neighbours: int
    limits: tuple[float, ...]
    on: str

    def __post_init__(self) -> None:
        within = all(0 < limit <= LARGEST_LIMIT for limit in self.limits)
        if not (1 <= self.neighbours <= MOST_NEIGHBOURS and self.limits and within):
            raise UnusableModel(
                f"A model's familiarity must have 1 to {MOST_NEIGHBOURS} neighbours and limits "
                f"above 0 and up to {LARGEST_LIMIT:g}."
            )

    def strangeness(self, features: Sequence[Tensor], known: Sequence[Tensor]) -> Tensor:
        """Return how far (N,) features, (N, D) at each depth, are from the known ones (M, D).

        In units of the limits: above 1 an input is stranger than 95 % of unseen slices of the
        training's kind.
        """
        apart = distances(features, known, self.neighbours)
        return (apart / torch.tensor(self.limits).to(apart)).amax(dim=1)

    def warning(self, strangeness: float | None) -> str:
        """Return what to say of a slice; empty of a familiar one, or where that is not known."""
        if strangeness is None or strangeness <= 1:
            return ""
        return (
            f"This slice is unlike what the model has learnt from: {strangeness:.1f} × as far from "
            f"its training as 95 % of {self.on} are (5 % false alarms). Do not trust the answer, "
            "nor maps that explain it."
        )


def distances(features: Sequence[Tensor], known: Sequence[Tensor], neighbours: int) -> Tensor:
    """Return the distance (N, depths) of directions to the so many nearest of others."""
    found = []
    for given, others in zip(features, known, strict=True):
        apart = torch.cdist(_directions(given), _directions(others))
        found.append(apart.kthvalue(min(neighbours, others.shape[0]), dim=1).values)
    return torch.stack(found, dim=1)


def features_of(network: nn.Module, x: Tensor) -> list[Tensor]:
    """Return the features of inputs (N, C, h, w) at each depth, (N, D) each.

    Within the network the mean magnitude of each channel of a convolution, at its end what the last
    linear layer reads.

    Raises
    ------
    UnsupportedNetwork
        If the network does not end in a linear layer that reads one row for each input.
    """
    read: dict[nn.Module, Tensor] = {}

    def see(layer: nn.Module, given: tuple[Tensor, ...], answer: Tensor) -> None:
        read[layer] = given[0] if isinstance(layer, nn.Linear) else answer.abs().mean(dim=(2, 3))

    hooks = [layer.register_forward_hook(see) for layer in _layers(network)]
    try:
        with undisturbed(network), torch.no_grad():
            class_scores(network, x)
    finally:
        for hook in hooks:
            hook.remove()
    found = [each.float() for each in read.values()]
    if not hooks or len(found) != len(hooks) or found[-1].shape[:-1] != (len(x),):
        raise UnsupportedNetwork(
            "The network does not end in a linear layer, so what it has learnt from cannot be "
            "compared with."
        )
    return found


def _layers(network: nn.Module) -> list[nn.Module]:
    """Return the layers whose features count, from the input to the output."""
    convolutions = [each for each in network.modules() if isinstance(each, nn.Conv2d)]
    ends = [each for each in network.modules() if isinstance(each, nn.Linear)]
    places = np.unique([int(depth * len(convolutions)) for depth in DEPTHS])
    within = [convolutions[place] for place in places] if convolutions else []
    return [*within, ends[-1]] if ends else []


def _directions(features: Tensor) -> Tensor:
    return normalize(features.double(), dim=1)
