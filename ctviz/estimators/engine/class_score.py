"""What an estimator explains: the score that a network gives a class for an image.

Or, as a contrast, by how much it is above the score of another class.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from ctviz.core import InvalidInput, Progress, Target, UnsupportedNetwork, checked_explained
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.rules import PLAIN, Rule
from ctviz.networks import (
    NO_GRADIENT,
    Conduct,
    NetworkFailed,
    answers,
    class_scores,
    conduct_of,
    in_layout,
    require_whole_gradient,
    said,
    score_of,
    slopes,
)

PRECISIONS = {torch.float16, torch.bfloat16, torch.float32, torch.float64}


@dataclass(frozen=True, eq=False)
class ClassScore:
    """A network, an image and what to explain of it, checked; the only way to make passes.

    Parameters
    ----------
    network
        (N, C, h, w) -> (N, K) class scores, in evaluation.
    x
        (1, C, h, w), the image.
    target
        Index of the explained class, or a contrast of two.
    references
        (R, C, h, w), typical images to compare with; None if there are none.
    progress
        Counts passes, and says when to stop.
    pace
        How many images make a batch, and how they lie in memory.
    """

    network: nn.Module
    x: Tensor
    target: Target
    references: Tensor | None
    progress: Progress
    pace: Pace

    together: bool = True
    """Whether several images may be sent at once."""
    middle: int | None = None
    """The channel of the slice itself where the others show its neighbours."""

    @property
    def shown(self) -> Tensor:
        """The channels (1, C, h, w) that show the slice itself: all, or the middle one."""
        return self.x if self.middle is None else self.x[:, self.middle : self.middle + 1]

    @classmethod
    def ask(  # noqa: PLR0913 - it makes all parts of a question
        cls,
        network: nn.Module,
        x: Tensor,
        target: Target,
        references: Tensor | None,
        progress: Progress,
        *,
        pace: Pace | None = None,
        middle: int | None = None,
    ) -> Self:
        """Return the question after checking all its parts; costs one forward pass.

        A network that was never asked about images of this shape is watched besides, on a few.
        """
        target = checked_explained(target)
        _check_image(x)
        if references is not None:
            _check_references(references, x)
            references = references.detach().to(x, copy=True)
        pace = Pace.usual(x) if pace is None else pace
        x = in_layout(x.detach(), channels_last=False)
        conduct = _checked_network(network, x, target, pace)
        progress.advance()
        asked = (network, x, target, references, progress, pace.for_(conduct))
        return cls(*asked, conduct.together, middle)

    def scores(self, points: Tensor) -> Tensor:
        """Return (N,) target class scores of (N, C, h, w) points."""
        batch = in_layout(points, channels_last=self.pace.channels_last)
        return score_of(class_scores(self.network, batch), self.target)

    def answers(self, points: Tensor) -> Tensor:
        """Return (N,) target class scores of (N, C, h, w) points that no gradient is asked of."""
        channels_last = self.pace.channels_last
        scores = answers(self.network, points, channels_last=channels_last)
        return score_of(scores, self.target)

    def gradients(self, points: Tensor, rule: Rule = PLAIN) -> Tensor:
        """Return (N, C, h, w) gradients of the target class score at the points."""
        points = points.detach().requires_grad_()
        # In evaluation images do not see one another, so the sum's gradient is each one's own.
        with rule.recording() as revealed:
            score = self.scores(points).sum()
        self.require_gradient(score)
        rule.apply(score, self.network, points, revealed)
        (gradients,) = slopes(score, [points])
        if gradients is None:
            raise UnsupportedNetwork(NO_GRADIENT)
        return gradients

    def require_gradient(self, score: Tensor) -> None:
        """Refuse a network whose record breaks off between the image and the score."""
        if not score.requires_grad:
            raise UnsupportedNetwork(NO_GRADIENT)
        require_whole_gradient(self.network, self.x, self.target)


def _checked_network(network: nn.Module, x: Tensor, target: Target, pace: Pace) -> Conduct:
    """Return what the network can be sent, or refuse it, the image or the class."""
    # Some estimators compare two images side by side, even where batches of one are the quickest.
    largest = max(2, pace.forward_batch, pace.gradient_batch)
    try:
        # First of all, for it knows what the network's numbers were before any pass.
        conduct = conduct_of(network, x, largest=largest, channels_last=pace.channels_last)
        with torch.no_grad():
            answer = class_scores(network, x.clone())
    except NetworkFailed as error:
        raise InvalidInput(
            f"The network does not accept an image of shape {tuple(x.shape)} and type {x.dtype}: "
            f"{said(error.__cause__ or error)}."
        ) from error
    checked_explained(target, answer.shape[1])
    if not bool(torch.isfinite(answer).all()):
        raise UnsupportedNetwork("The network's class scores for this image are not finite.")
    return conduct


def _check_image(x: Tensor) -> None:
    if not isinstance(x, Tensor) or x.ndim != 4 or x.shape[0] != 1 or 0 in x.shape:
        shape = tuple(getattr(x, "shape", ()))
        raise InvalidInput(f"An image to explain has the shape (1, C, h, w), not {shape}.")
    if x.layout != torch.strided or x.is_meta:
        raise InvalidInput("An image to explain is an ordinary, dense tensor of numbers.")
    if x.dtype not in PRECISIONS:
        raise InvalidInput(f"An image to explain holds floating-point numbers, not {x.dtype}.")
    if not bool(torch.isfinite(x).all()):
        raise InvalidInput("The image to explain holds NaN or infinite pixels; replace them first.")


def _check_references(references: Tensor, x: Tensor) -> None:
    if not isinstance(references, Tensor) or not references.is_floating_point():
        raise InvalidInput("Reference images must be a tensor of floating-point numbers.")
    if references.ndim != 4 or len(references) == 0 or references.shape[1:] != x.shape[1:]:
        raise InvalidInput(
            f"Reference images must be (R, C, h, w) with the image's {tuple(x.shape[1:])}, not "
            f"{tuple(references.shape)}."
        )
    if not bool(torch.isfinite(references).all()):
        raise InvalidInput("The reference images hold NaN or infinite pixels; replace them first.")
