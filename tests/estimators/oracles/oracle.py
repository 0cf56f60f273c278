"""What a slow version of an estimator is given, and where all of them are listed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ctviz.estimators import Estimator, explain

TOLERANCE = 1e-5
"""Largest difference, as a share of the map's largest value. Maps are float32."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A network (its parameters without gradient), an image, and the estimator's answer to it."""

    network: nn.Module
    image: Tensor
    """(1, 1, h, w) float64."""
    target: int
    references: Tensor
    """(R, 1, h, w) float64."""
    layer: str
    """Name of the last layer with feature maps, said by hand."""
    estimator: Estimator

    @cached_property
    def values(self) -> NDArray[np.float32]:
        """The map of the estimator in question."""
        (values,) = explain(
            self.network, self.image, self.target, [self.estimator], references=self.references
        )
        return values

    def score(self, point: Tensor) -> float:
        """Return the explained class's score of one image."""
        with torch.no_grad():
            return float(self.network(point.clone())[0, self.target])

    def slope(self, point: Tensor) -> Tensor:
        """Return the score's gradient at one image, from torch."""
        point = point.clone().requires_grad_()
        (slope,) = torch.autograd.grad(self.network(point.clone())[0, self.target], point)
        return slope

    def features(self) -> tuple[Tensor, Tensor]:
        """Return the last feature maps (C', h', w') and the score's gradient in them."""
        kept: list[Tensor] = []

        def keep(_: nn.Module, __: object, answer: Tensor) -> Tensor:
            kept.append(answer)
            return answer.clone()

        with self.network.get_submodule(self.layer).register_forward_hook(keep):
            score = self.network(self.image.clone().requires_grad_())[0, self.target]
        (gradient,) = torch.autograd.grad(score, kept[-1])
        return kept[-1].detach()[0], gradient[0]

    def enlarged(self, coarse: Tensor) -> NDArray[np.float64]:
        """Return a coarse map in the image's size."""
        size = self.image.shape[-2:]
        return functional.interpolate(coarse[None, None], size, mode="bilinear")[0, 0].numpy()


class Marked(Asked):
    """A network that shows its last picture itself, by `look` and `read`."""

    def features(self) -> tuple[Tensor, Tensor]:
        """Return what the network shows, as feature maps, and the score's gradient in them."""
        kept: list[Tensor] = []

        def keep(features: Tensor) -> Tensor:
            kept.append(features)
            return features.clone()

        self.network.look = keep
        score = self.network(self.image.clone().requires_grad_())[0, self.target]
        del self.network.look
        (gradient,) = torch.autograd.grad(score, kept[-1])
        return self.network.read(kept[-1].detach()), self.network.read(gradient)


Answer = NDArray[np.float64] | tuple[Any, Any]
Slow = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Oracle:
    """A slow version: its answer is the map to expect, or a pair (answered, expected)."""

    slow: Slow
    settings: dict[str, Any] = field(default_factory=dict)
    tolerance: float = TOLERANCE

    @property
    def says(self) -> str:
        """How it checks, in a few words."""
        return (self.slow.__doc__ or "").partition("\n")[0].rstrip(".")

    def check(self, asked: Asked) -> None:
        """Let the estimator answer, which may refuse; then raise an AssertionError if wrong."""
        values = asked.values
        answer = self.slow(asked)
        actual, expected = answer if isinstance(answer, tuple) else (values, answer)
        expected = np.asarray(expected, dtype=np.float64)
        scale = np.abs(expected).max() if expected.size else 0.0
        np.testing.assert_allclose(actual, expected, rtol=0, atol=self.tolerance * scale)


ORACLES: dict[str, Oracle] = {}


def oracle(name: str, *, tolerance: float = TOLERANCE, **settings: Any) -> Callable[[Slow], Slow]:
    """List a slow version of an estimator, with settings that it can afford."""

    def listed(slow: Slow) -> Slow:
        ORACLES[name] = Oracle(slow, settings, tolerance)
        return slow

    return listed
