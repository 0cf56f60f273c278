"""Estimators that read a layer's feature maps, and the class score's gradient in them."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from torch import Tensor
from torch.nn.functional import interpolate

from ctviz.core import CtvizError, FloatMap, UnsupportedNetwork, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import SharingEstimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.pictures import features_and_gradients, picture


@dataclass(frozen=True)
class ActivationEstimator(SharingEstimator):
    """An estimator that combines one layer's feature maps into a coarse map.

    By default the layer is the last one that answers with a picture which everything from the
    image to the class score passes, see `picture`. Estimators that read the same layer share its
    passes.
    """

    family: ClassVar[str] = "activations"

    layer: str = param("", help="Dotted name of the layer; empty: the last one with a picture.")

    @abstractmethod
    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:
        """Return the map (h', w') of feature maps (C', h', w') and the gradients in them."""

    def passes(self) -> Passes:
        """Return one forward pass to find the layer and one gradient."""
        return Passes(forward=1, gradient=1)

    def shares(self) -> Hashable:
        """Return the layer."""
        return ActivationEstimator, self.layer

    @classmethod
    def together(
        cls,
        class_score: ClassScore,
        group: Sequence[Self],
        parents: Sequence[tuple[FloatMap, ...]],  # noqa: ARG003
    ) -> Sequence[Tensor | CtvizError]:
        """Return the maps of estimators that read one layer, resampled to the image's size."""
        features, gradients = features_and_gradients(
            class_score, picture(class_score, group[0].layer)
        )
        size = class_score.x.shape[-2:]
        return [_resampled(estimator, features, gradients, size) for estimator in group]


def _resampled(
    estimator: ActivationEstimator, features: Tensor, gradients: Tensor, size: Sequence[int]
) -> Tensor | CtvizError:
    try:
        coarse = estimator.combine(features, gradients)
    except UnsupportedNetwork as error:
        return error
    return interpolate(coarse[None, None], size, mode="bilinear")
