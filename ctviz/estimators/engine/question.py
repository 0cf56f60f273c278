"""What an estimator is asked: a network, an image and a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from ctviz.core import InvalidInput, Progress, UnsupportedNetwork
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.rules import PLAIN, Rule


@dataclass(frozen=True, eq=False)
class Question:
    """A network, an image and the class to explain, checked; the only way to make passes.

    Parameters
    ----------
    network
        (N, C, h, w) -> (N, K) class scores, in evaluation.
    x
        (1, C, h, w), the image.
    target
        Index of the explained class.
    references
        (R, C, h, w), typical images to compare with; None if there are none.
    progress
        Counts passes, and says when to stop.
    pace
        How many images make a batch, and how they lie in memory.
    """

    network: nn.Module
    x: Tensor
    target: int
    references: Tensor | None
    progress: Progress
    pace: Pace

    @classmethod
    def ask(  # noqa: PLR0913 - it makes all parts of a question
        cls,
        network: nn.Module,
        x: Tensor,
        target: int,
        references: Tensor | None,
        progress: Progress,
        *,
        pace: Pace | None = None,
    ) -> Self:
        """Return the question after checking all its parts; costs one forward pass."""
        _check_image(x)
        if references is not None:
            _check_references(references, x)
            references = references.detach().to(x, copy=True)
        pace = Pace.usual(x) if pace is None else pace
        question = cls(network, x.detach().clone(), target, references, progress, pace)
        question._check_network()
        progress.advance()
        return question

    def scores(self, points: Tensor) -> Tensor:
        """Return (N,) target class scores of (N, C, h, w) points."""
        # Not `contiguous`, to which a single channel lies right in either layout. The copy also
        # lets a network begin in place.
        batch = points.clone(memory_format=self.pace.layout)
        answer: Tensor = self.network(batch)[:, self.target]
        return answer

    def gradients(self, points: Tensor, rule: Rule = PLAIN) -> Tensor:
        """Return (N, C, h, w) gradients of the target class score at the points."""
        points = points.detach().requires_grad_()
        # In evaluation images do not see one another, so the sum's gradient is each one's own.
        with rule.recording() as revealed:
            score = self.scores(points).sum()
        self.require_gradient(score)
        rule.apply(score, self.network, points, revealed)
        (gradients,) = torch.autograd.grad(score, points, materialize_grads=True)
        return gradients

    @staticmethod
    def require_gradient(score: Tensor) -> None:
        """Refuse a network whose record breaks off between the image and the score."""
        if not score.requires_grad:
            raise UnsupportedNetwork(
                "The network's class scores have no gradient; choose an estimator that needs none."
            )

    def _check_network(self) -> None:
        try:
            with torch.no_grad():
                answer = self.network(self.x.clone())
        except (RuntimeError, ValueError) as error:
            reason = str(error).partition("\n")[0].rstrip(".")
            raise InvalidInput(
                f"The network does not accept an image of shape {tuple(self.x.shape)} and type "
                f"{self.x.dtype}: {reason}."
            ) from error
        _check_answer(answer, self.target)


def _check_image(x: Tensor) -> None:
    if not isinstance(x, Tensor) or x.ndim != 4 or x.shape[0] != 1 or 0 in x.shape:
        shape = tuple(getattr(x, "shape", ()))
        raise InvalidInput(f"An image to explain has the shape (1, C, h, w), not {shape}.")
    if not x.is_floating_point():
        raise InvalidInput(f"An image to explain holds floating-point numbers, not {x.dtype}.")
    if not bool(torch.isfinite(x).all()):
        raise InvalidInput("The image to explain holds NaN or infinite pixels; replace them first.")


def _check_references(references: Tensor, x: Tensor) -> None:
    if references.ndim != 4 or len(references) == 0 or references.shape[1:] != x.shape[1:]:
        raise InvalidInput(
            f"Reference images must be (R, C, h, w) with the image's {tuple(x.shape[1:])}, not "
            f"{tuple(references.shape)}."
        )
    if not bool(torch.isfinite(references).all()):
        raise InvalidInput("The reference images hold NaN or infinite pixels; replace them first.")


def _check_answer(answer: object, target: int) -> None:
    shape: Sequence[int] = answer.shape if isinstance(answer, Tensor) else ()
    if not isinstance(answer, Tensor) or len(shape) != 2 or shape[0] != 1:
        raise UnsupportedNetwork(
            f"The network must answer (N, K) class scores; for one image it gave {tuple(shape)}."
        )
    if not 0 <= target < shape[1]:
        raise InvalidInput(f"The network has the classes 0 to {shape[1] - 1}, not {target}.")
    if not bool(torch.isfinite(answer).all()):
        raise UnsupportedNetwork("The network's class scores for this image are not finite.")
