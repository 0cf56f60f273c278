"""Estimators that follow what a transformer's tokens have seen of one another."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from torch import Tensor
from torch.nn.functional import interpolate

from ctviz.core import FloatMap, UnsupportedNetwork
from ctviz.estimators.engine.attention import (
    AttentionLayer,
    attention_layers,
    slopes_in_answers,
)
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import SharingEstimator
from ctviz.estimators.engine.graph import watched
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.token_grid import token_grid
from ctviz.networks import precise


@dataclass(frozen=True)
class AttentionEstimator(SharingEstimator):
    """An estimator that follows attention from layer to layer, back to the image's tokens.

    The map is what the tokens that the class score reads have seen of the others: of a network
    with a class token, that token's row; of one that averages its tokens, the mean of all rows.
    Tokens that stand for no place are left out, and the grid is resampled bilinearly. A network
    whose tokens see one another in any other way, or stand for no grid, is refused.
    """

    family: ClassVar[str] = "attention"

    @abstractmethod
    def followed(self, layers: Sequence[AttentionLayer], slopes: Sequence[Tensor]) -> Tensor:
        """Return how much of each token (column) is in the answer of each (row), (T, T).

        Parameters
        ----------
        layers
            In the network's order.
        slopes
            The class score's gradient (heads, T, d) in what each of them answers.
        """

    def passes(self) -> Passes:
        """Return one gradient."""
        return Passes(gradient=1)

    def shares(self) -> Hashable:
        """Return what all of them have in common: they read the same attention."""
        return AttentionEstimator

    @classmethod
    def together(
        cls,
        class_score: ClassScore,
        group: Sequence[Self],
        parents: Sequence[tuple[FloatMap, ...]],  # noqa: ARG003 - it has none
    ) -> list[Tensor]:
        """Return the maps of all that follow the same attention."""
        reading = token_grid(class_score)
        run = watched(class_score.network, class_score.x, ask=class_score.scores)
        class_score.require_gradient(run.answer.sum())
        layers = attention_layers(run)
        slopes = slopes_in_answers(run, layers)
        class_score.progress.advance()
        read = _read(slopes[-1])
        size = class_score.x.shape[-2:]
        maps = []
        for estimator in group:
            row = precise(estimator.followed(layers, slopes))[read].mean(0)
            maps.append(interpolate(reading(row[None, :, None])[None], size, mode="bilinear")[0])
        return maps


def _read(slopes: Tensor) -> Tensor:
    """Return which tokens (T,) the class score reads after the last layer of attention."""
    read = (slopes != 0).any(2).any(0)
    if not bool(read.any()):
        raise UnsupportedNetwork(
            "No token changes this class score on this image, so there is no attention to follow; "
            "choose an estimator that needs no gradient."
        )
    return read
