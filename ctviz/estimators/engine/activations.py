"""Estimators that read a layer's feature maps, and the class score's gradient in them."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, final

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from ctviz.core import CtvizError, FloatMap, InvalidParameter, UnsupportedNetwork, param
from ctviz.estimators.engine.estimator import Estimator
from ctviz.estimators.engine.graph import layer_calls, operations
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.question import Question


@dataclass(frozen=True)
class ActivationEstimator(Estimator):
    """An estimator that combines one layer's feature maps into a coarse map.

    By default the layer is the last one with spatial extent that the class score depends on.
    Estimators that read the same layer share its passes.
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

    @final
    def attribute(self, question: Question, *parents: FloatMap) -> Tensor:
        """Return the combined feature maps."""
        (result,) = self.together(question, [self], [parents])
        if isinstance(result, CtvizError):
            raise result
        return result

    @classmethod
    def together(
        cls,
        question: Question,
        group: Sequence[Self],
        parents: Sequence[tuple[FloatMap, ...]],  # noqa: ARG003
    ) -> Sequence[Tensor | CtvizError]:
        """Return the maps of estimators that read one layer, resampled to the image's size."""
        layer = spatial_layer(question, group[0].layer)
        features, gradients = features_and_gradients(question, layer)
        size = question.x.shape[-2:]
        return [_resampled(estimator, features, gradients, size) for estimator in group]


def spatial_layer(question: Question, name: str = "") -> str:
    """Return the name of the last layer with spatial extent that the class score depends on.

    One forward pass is watched, so that the order is that of execution, and layers that are not
    used do not count. Of nested layers that end together the outermost is taken. A given name is
    returned if it names such a layer.
    """
    answer, calls = layer_calls(question.network, question.x)
    question.progress.advance()
    used = set(operations(answer[:, question.target].sum()))
    usable = [call.name for call in calls if _is_picture(call.shape) and call.node in used]
    if not usable:
        raise UnsupportedNetwork(
            "No layer of this network answers with feature maps larger than one pixel; choose an "
            "estimator that reads gradients."
        )
    if name and name not in usable:
        raise InvalidParameter(
            f"This network has no layer '{name}' with feature maps; its last one is '{usable[-1]}'."
        )
    return name or usable[-1]


def features_and_gradients(question: Question, layer: str) -> tuple[Tensor, Tensor]:
    """Return a layer's feature maps (C', h', w') at its last use, and the score's gradient there.

    Nothing before the layer is recorded.
    """
    answers: list[Tensor] = []

    def begin_record(_: nn.Module, __: object, answer: Tensor) -> Tensor:
        answers.append(answer.detach().requires_grad_())
        # The network goes on with a copy, for what follows may write in place.
        return answers[-1].clone()

    with question.network.get_submodule(layer).register_forward_hook(begin_record):
        score = question.scores(question.x).sum()
    question.require_gradient(score)
    gradients = torch.autograd.grad(score, answers, allow_unused=True)
    question.progress.advance()
    pairs = zip(answers, gradients, strict=True)
    features, gradient = [(a, g) for a, g in pairs if g is not None and _is_picture(a.shape)][-1]
    return features.detach()[0], gradient[0]


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 4 and max(shape[-2:]) > 1


def _resampled(
    estimator: ActivationEstimator, features: Tensor, gradients: Tensor, size: Sequence[int]
) -> Tensor | CtvizError:
    try:
        coarse = estimator.combine(features, gradients)
    except UnsupportedNetwork as error:
        return error
    return interpolate(coarse[None, None], size, mode="bilinear")
