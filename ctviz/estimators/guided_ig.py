"""The gradient on a way to the image that avoids where the score is steep."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.question import Question


@ESTIMATORS.register("guided-ig")
@dataclass(frozen=True)
class GuidedIntegratedGradients(Estimator):
    r"""Integrated gradients on a path that moves the least sensitive pixels first.

    .. math:: \sum_t (z_{t+1} - z_t) \odot \nabla f_t(z_t)

    In each step the pixels with the smallest gradient, a ``fraction`` of those still on the way
    at a time, go all the way, until the image has come the step's share nearer in L1. The path
    meets the straight one at the end of each segment, the paper's anchors. Because single pixels
    move by a whole segment at once, the map's sum nears :math:`f_t(x) - f_t(x')` only slowly; more
    segments bring it nearer than more steps. Steps follow one another, so batches gain nothing.
    """

    title: ClassVar = "Guided integrated gradients"
    cite: ClassVar = "Kapishnikov et al., CVPR 2021. arXiv:2106.09788"
    summary: ClassVar = (
        "How much each pixel contributes on the way from a black image, with less accidental grain."
    )
    family: ClassVar = "gradients"

    segments: int = param(4, low=1, high=64, help="Parts of the path; more keep it straighter.")
    steps: int = param(10, low=1, high=256, help="Steps in each segment. More is finer and slower.")
    fraction: float = param(0.25, low=0.01, high=1.0, help="Share of pixels that move at a time.")
    baseline: float = param(
        0.0, low=0.0, high=1.0, help="The empty image: 0 is the window's bottom, 1 its top."
    )

    def passes(self) -> Passes:
        """Return one gradient per step."""
        return Passes(gradient=self.segments * self.steps)

    def attribute(self, question: Question, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the sum over all segments (1, C, h, w)."""
        start = torch.full_like(question.x, self.baseline).cpu().double()
        difference = question.x.cpu().double() - start
        anchors = [start + k / self.segments * difference for k in range(self.segments + 1)]
        total = torch.zeros_like(start)
        for begin, end in pairwise(anchors):
            total += self._segment(question, begin, end)
        return total

    def _segment(self, question: Question, begin: Tensor, end: Tensor) -> Tensor:
        """Return the segment's share of the map."""
        total, point = torch.zeros_like(begin), begin
        length = (end - begin).abs().sum()
        for step in range(self.steps):
            gradient = question.gradients(point.to(question.x)).cpu().double()
            question.progress.advance()
            distance = length * (1 - (step + 1) / self.steps)
            moved = self._moved(point, end, _steepness(gradient), distance)
            total += (moved - point) * gradient
            point = moved
        return total

    def _moved(self, point: Tensor, end: Tensor, steepness: Tensor, distance: Tensor) -> Tensor:
        """Return the point brought within an L1 distance of the end, the flattest pixels first."""
        point = point.clone()
        while True:
            ways = (end - point).abs()
            waiting = ways > 0
            excess = ways.sum() - distance
            if excess <= 0 or not bool(waiting.any()):
                return point
            ordered = steepness[waiting].sort().values
            limit = ordered[int(self.fraction * (len(ordered) - 1))]
            chosen = waiting & (steepness <= limit)
            share = excess / ways[chosen].sum()
            if share < 1:
                return torch.where(chosen, point + share * (end - point), point)
            point = torch.where(chosen, end, point)


def _steepness(gradient: Tensor) -> Tensor:
    """Return the gradient's size in 1/65536 of its largest: rounding must not order equal ones."""
    sizes = gradient.abs()
    return (sizes / sizes.max().clamp(min=torch.finfo(sizes.dtype).tiny) * 65536).round()
