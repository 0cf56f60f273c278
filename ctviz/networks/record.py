"""Whether a network's record of its answer leads back to the image, and by every way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ctviz.core import Target, UnsupportedNetwork
from ctviz.networks.calling import class_scores, score_of, slopes
from ctviz.networks.functions import FunctionWatch, tensors_in
from ctviz.networks.quiet import State, state_of

STEPS = (1e-1, 1e-2, 1e-3, 1e-4)
"""Lengths of a step, as a share of the image's range, over which scores are compared."""
DIFFERENCE = 0.1
"""Share of a slope from which the gradient is another than the score's."""

NO_GRADIENT = (
    "No gradient reaches the image from this network's class scores (something in it is rounded, "
    "detached or computed without gradients); choose an estimator that needs none."
)

_WHOLE: WeakKeyDictionary[nn.Module, dict[object, tuple[State, bool]]] = WeakKeyDictionary()


def require_whole_gradient(network: nn.Module, x: Tensor, target: Target) -> None:
    """Refuse a network that hands back the gradient of a part of its work only, or none.

    Its first pass with images of this shape is watched. Only where something is left out of the
    record (``detach``, ``no_grad``, another kind of numbers) is the gradient compared with the
    score's change over short steps: what is left out may well be constant, as a maximum that is
    taken off before an exponential.
    """
    kept = _WHOLE.setdefault(network, {})
    key = (tuple(x.shape[1:]), x.dtype, x.device, target)
    state = state_of(network)
    if key not in kept or kept[key][0] != state:
        kept[key] = state, _is_whole(network, x.detach(), target)
    if not kept[key][1]:
        raise UnsupportedNetwork(
            "A part of this network hands no gradient back (it is detached, rounded or computed "
            "without gradients), so the gradient is not the class score's; choose an estimator "
            "that needs none."
        )


def _is_whole(network: nn.Module, x: Tensor, target: Target) -> bool:
    point = x.clone().requires_grad_()
    with _NumberWatch([point]) as watch:
        score = score_of(class_scores(network, point.clone()), target).sum()
    if not watch.left_out:
        return True
    gradient = _gradient(score, point)
    return all(_agrees(network, x, target, gradient, way) for way in _ways(x))


def _gradient(score: Tensor, point: Tensor) -> Tensor:
    found = slopes(score, [point])[0] if score.requires_grad else None
    if found is None:
        raise UnsupportedNetwork(NO_GRADIENT)
    return found.cpu().double()


def _ways(x: Tensor) -> Iterator[Tensor]:
    """Yield directions (1, C, h, w) as long as the image's range."""
    generator = torch.Generator().manual_seed(0)
    spread = float(x.max() - x.min()) or 1.0
    for _ in range(2):
        yield spread * torch.randn(x.shape, generator=generator, dtype=torch.float64)
    yield torch.full(x.shape, spread, dtype=torch.float64)


def _agrees(network: nn.Module, x: Tensor, target: Target, gradient: Tensor, way: Tensor) -> bool:
    """Whether the score changes along a way as the gradient says, over steps of some length.

    Long steps meet bends and short ones rounding, so that the best of them counts.
    """
    foretold = float((gradient * way).sum())
    size = float((gradient * way).square().sum().sqrt())
    found = [_slope(network, x, target, way, step) for step in STEPS]
    scale = max(abs(foretold), size, *map(abs, found))
    return min(abs(slope - foretold) for slope in found) <= DIFFERENCE * scale


def _slope(network: nn.Module, x: Tensor, target: Target, way: Tensor, step: float) -> float:
    with torch.no_grad():
        ahead, behind = (
            float(score_of(class_scores(network, x + (sign * step * way).to(x)), target)[0])
            for sign in (1, -1)
        )
    return (ahead - behind) / (2 * step)


class _NumberWatch(FunctionWatch):
    """While active, notes whether numbers made from the image are left out of the record.

    Parameters
    ----------
    made_from_image
        The image; what is made of it is added.
    """

    def __init__(self, made_from_image: Sequence[Tensor]) -> None:
        super().__init__()
        self._made = {id(tensor): tensor for tensor in made_from_image}
        self.left_out = False

    def call(
        self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401 - whatever the function answers
        """Call the function and note what became of the image's record."""
        answer = function(*arguments, **options)
        given = [t for t in tensors_in((arguments, options)) if id(t) in self._made]
        if given:
            for tensor in tensors_in(answer):
                self._made[id(tensor)] = tensor
                self.left_out |= tensor.is_floating_point() and not tensor.requires_grad
        return answer
