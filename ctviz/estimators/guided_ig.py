"""The gradient on a way to the image that avoids where the score is steep."""

from dataclasses import dataclass
from itertools import islice, pairwise
from typing import ClassVar, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.question import Question
from ctviz.estimators.engine.stream import even_batches

Numbers: TypeAlias = NDArray[np.float64]

Way: TypeAlias = tuple[Numbers, Numbers]
"""Begin and end of a segment, both (1, C, h, w)."""


@ESTIMATORS.register("guided-ig")
@dataclass(frozen=True)
class GuidedIntegratedGradients(Estimator):
    r"""Integrated gradients on a path that moves the least sensitive pixels first.

    .. math:: \sum_t (z_{t+1} - z_t) \odot \nabla f_t(z_t)

    In each step the pixels with the smallest gradient, a ``fraction`` of those still on the way
    at a time, go all the way, until the image has come the step's share nearer in L1. The path
    meets the straight one at the end of each segment, the paper's anchors. Because single pixels
    move by a whole segment at once, the map's sum nears :math:`f_t(x) - f_t(x')` only slowly; more
    segments bring it nearer than more steps. Steps follow one another; segments go side by side.
    """

    title: ClassVar = "Guided integrated gradients"
    cite: ClassVar = "Kapishnikov et al., CVPR 2021. arXiv:2106.09788"
    summary: ClassVar = (
        "How much each pixel contributes on the way from a black image, with less accidental grain."
    )
    family: ClassVar = "gradients"
    version: ClassVar = 2

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
        start = torch.full_like(question.x, self.baseline).cpu().double().numpy()
        difference = question.x.cpu().double().numpy() - start
        anchors = [start + k / self.segments * difference for k in range(self.segments + 1)]
        ways = pairwise(anchors)
        total = np.zeros_like(start)
        # Not the measured pace: rounding, which differs a little from batch size to batch size,
        # can decide which of two pixels moves first, and the same map should come out every time.
        for size in even_batches(self.segments, Pace.usual(question.x).gradient_batch):
            total += self._side_by_side(question, list(islice(ways, size)))
        return torch.from_numpy(total)

    def _side_by_side(self, question: Question, ways: list[Way]) -> Numbers:
        """Return the share (1, C, h, w) of a few segments, whose gradients make a batch."""
        points, ends = (np.concatenate(side) for side in zip(*ways, strict=True))
        lengths = np.abs(ends - points).sum(axis=(1, 2, 3))
        total = np.zeros_like(points)
        for step in range(self.steps):
            gradients = question.gradients(torch.from_numpy(points).to(question.x))
            slopes = gradients.cpu().double().numpy()
            question.progress.advance(len(points))
            distances = lengths * (1 - (step + 1) / self.steps)
            moved = np.stack(list(map(self._moved, points, ends, slopes, distances)))
            total += (moved - points) * slopes
            points = moved
        return np.asarray(total.sum(axis=0, keepdims=True))

    def _moved(self, point: Numbers, end: Numbers, slope: Numbers, distance: float) -> Numbers:
        """Return the point (C, h, w) within an L1 distance of its end, flattest pixels first."""
        way = (end - point).ravel()
        waiting = np.flatnonzero(way)
        steepness = _steepness(slope).ravel()[waiting]
        order = np.argsort(steepness, kind="stable")
        waiting, steepness = waiting[order], steepness[order]
        walked = np.concatenate([[0.0], np.cumsum(np.abs(way[waiting]))])
        excess = walked[-1] - distance
        moved, first = point.flatten(), 0
        while first < len(waiting) and walked[first] < excess:
            last = first + int(self.fraction * (len(waiting) - first - 1))
            beyond = int(np.searchsorted(steepness, steepness[last], side="right"))
            group = waiting[first:beyond]
            share = (excess - walked[first]) / (walked[beyond] - walked[first])
            moved[group] = end.flat[group] if share >= 1 else moved[group] + share * way[group]
            first = beyond
        return moved.reshape(point.shape)


def _steepness(slope: Numbers) -> NDArray[np.uint16]:
    """Return the slope's size in 1/65535 of its largest: rounding must not order equal ones."""
    sizes = np.abs(slope)
    with np.errstate(invalid="ignore"):  # of infinite slopes; their map is refused in the end
        shares = np.nan_to_num(sizes / max(sizes.max(), np.finfo(float).tiny))
    return np.asarray(np.rint(shares * 65535), np.uint16)
