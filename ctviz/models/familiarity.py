"""Whether an input is like what a model has learnt from: as near to that as unseen scans are.

Sun et al., Out-of-distribution detection with deep nearest neighbors. ICML 2022. arXiv:2204.06507
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ctviz.core import UnsupportedNetwork, UnusableModel
from ctviz.networks import class_scores, undisturbed

MOST_NEIGHBOURS, LARGEST_LIMIT = 100, 2.0
"""Directions are at most 2 apart."""


@dataclass(frozen=True)
class Familiarity:
    """How far from what it has learnt an input may be for a model's answer to be believed.

    The distance is that of the input's features, taken as a direction, to the features of the
    training slices: to the so many nearest, the last of them. Features are what the last linear
    layer reads.

    Parameters
    ----------
    neighbours
        Which nearest training slice counts.
    limit
        The distance, 0 to 2, below which 95 % of the slices lie that are like those of the
        training but were not seen.
    on
        Those slices, in words.
    """

    neighbours: int
    limit: float
    on: str

    def __post_init__(self) -> None:
        if not (1 <= self.neighbours <= MOST_NEIGHBOURS and 0 < self.limit <= LARGEST_LIMIT):
            raise UnusableModel(
                f"A model's familiarity must have 1 to {MOST_NEIGHBOURS} neighbours and a limit "
                f"above 0 and up to {LARGEST_LIMIT:g}."
            )

    def strangeness(self, features: Tensor, known: Tensor) -> Tensor:
        """Return the distance (N,) of features (N, D) to the known ones (M, D), per limit.

        Above 1 an input is stranger than 95 % of unseen slices of the training's kind.
        """
        return distances(features, known, self.neighbours) / self.limit

    def warning(self, strangeness: float | None) -> str:
        """Return what to say of a slice; empty of a familiar one, or where that is not known."""
        if strangeness is None or strangeness <= 1:
            return ""
        return (
            f"This slice is unlike what the model has learnt from: {strangeness:.1f} × as far from "
            f"its training as 95 % of {self.on} are (5 % false alarms). Do not trust the answer, "
            "nor maps that explain it."
        )


def distances(features: Tensor, known: Tensor, neighbours: int) -> Tensor:
    """Return the distance (N,) of directions (N, D) to the so many nearest of others (M, D)."""
    apart = torch.cdist(_directions(features), _directions(known))
    return apart.kthvalue(min(neighbours, known.shape[0]), dim=1).values


def features_of(network: nn.Module, x: Tensor) -> Tensor:
    """Return what the last linear layer reads, (N, D), for inputs (N, C, h, w).

    Raises
    ------
    UnsupportedNetwork
        If the network does not end in a linear layer that reads one row for each input.
    """
    read: list[Tensor] = []
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    if layers:
        hook = layers[-1].register_forward_pre_hook(lambda _, given: read.append(given[0]))
        try:
            with undisturbed(network), torch.no_grad():
                class_scores(network, x)
        finally:
            hook.remove()
    if not read or read[-1].shape[:-1] != (len(x),):
        raise UnsupportedNetwork(
            "The network does not end in a linear layer, so what it has learnt from cannot be "
            "compared with."
        )
    return read[-1].float()


def _directions(features: Tensor) -> Tensor:
    return normalize(features.double(), dim=1)
