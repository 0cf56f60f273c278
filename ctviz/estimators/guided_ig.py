"""The gradient on a way to the image that avoids where the score is steep."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import Ends, FromUniform
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.passes import Passes

Numbers: TypeAlias = NDArray[np.float64]

CLOSE = 1e-9
"""Share of the whole way that counts as having arrived."""


@ESTIMATORS.register("guided-ig")
@dataclass(frozen=True)
class GuidedIntegratedGradients(Estimator):
    r"""Integrated gradients on a path that moves the least sensitive pixels first.

    .. math:: \sum_t (z_{t+1} - z_t) \odot \nabla f_t(z_t)

    Each of the steps brings the image its share nearer in L1. Again and again the ``fraction`` of
    pixels with the smallest gradient moves on, those that have gone as far as they may left aside.
    A pixel may be ahead of the straight path, and behind it, by the ``leeway`` only, so that none
    jumps: this is what keeps the map's sum near :math:`f_t(x) - f_t(x')`, and it is the choice of
    the authors' own program. Steps follow one another, one image at a time.
    """

    title: ClassVar = "Guided integrated gradients"
    cite: ClassVar = "Kapishnikov et al., CVPR 2021. arXiv:2106.09788"
    summary: ClassVar = (
        "How much each pixel contributes on the way from a black image, with less accidental grain."
    )
    family: ClassVar = "gradients"
    version: ClassVar = 3

    steps: int = param(64, low=1, high=512, help="Points on the path. More is finer and slower.")
    fraction: float = param(0.25, low=0.01, high=1.0, help="Share of pixels that move at a time.")
    leeway: float = param(
        0.02, low=0.0, high=1.0, help="How far from the straight path a pixel may be, as a share."
    )
    baseline: float = param(
        0.0, low=0.0, high=1.0, help="The empty image: 0 is the window's bottom, 1 its top."
    )

    def passes(self) -> Passes:
        """Return one gradient per step."""
        return Passes(gradient=self.steps)

    def ends(self) -> Ends:
        """Return the empty image and the image."""
        return FromUniform((self.baseline,))

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the sum over all steps (1, C, h, w)."""
        end = class_score.x.cpu().double().numpy()
        start = np.full_like(end, self.baseline)
        point, total = start, np.zeros_like(end)
        for step in range(self.steps):
            gradients = class_score.gradients(torch.from_numpy(point).to(class_score.x))
            slopes = gradients.cpu().double().numpy()
            class_score.progress.advance()
            moved = self._moved(point, _Way(start, end), slopes, (step + 1) / self.steps)
            total += (moved - point) * slopes
            point = moved
        return torch.from_numpy(total)

    def _moved(self, point: Numbers, way: "_Way", slopes: Numbers, share: float) -> Numbers:
        """Return the point after the step that ends at a share of the way, flattest pixels first.

        All arrays are (1, C, h, w).
        """
        behind, ahead = way.at(max(share - self.leeway, 0.0)), way.at(min(share + self.leeway, 1.0))
        late = np.abs(way.end - point) > np.abs(way.end - behind)
        point = np.where(late, behind, point)
        steepness = _steepness(slopes)
        excess = way.left(point) - way.length * (1 - share)
        while excess > CLOSE * way.length:
            waiting = point != ahead
            gains = np.where(waiting, np.abs(ahead - point), 0.0)
            chosen = waiting & (steepness <= self._limit(steepness, waiting))
            gain = float(gains[chosen].sum())
            if gain > excess:
                return np.where(chosen, point + excess / gain * (ahead - point), point)
            point = np.where(chosen, ahead, point)
            excess = way.left(point) - way.length * (1 - share) if waiting.any() else 0.0
        return point

    def _limit(self, steepness: NDArray[np.uint16], waiting: NDArray[np.bool_]) -> int:
        """Return the steepness below which lies the fraction of all pixels, the waiting first."""
        ordered = np.sort(steepness[waiting])
        place = int(self.fraction * (steepness.size - 1))
        return int(ordered[min(place, len(ordered) - 1)]) if len(ordered) else 0


@dataclass(frozen=True, eq=False)
class _Way:
    """The straight path between two images (1, C, h, w)."""

    start: Numbers
    end: Numbers

    def at(self, share: float) -> Numbers:
        """Return the image at a share of the path."""
        return self.end if share == 1 else self.start + share * (self.end - self.start)

    def left(self, point: Numbers) -> float:
        """Return how far a point is from the end, in L1."""
        return float(np.abs(self.end - point).sum())

    @property
    def length(self) -> float:
        """Return the L1 length of the path."""
        return self.left(self.start)


def _steepness(slope: Numbers) -> NDArray[np.uint16]:
    """Return the slope's size in 1/65535 of its largest: rounding must not order equal ones."""
    sizes = np.abs(slope)
    with np.errstate(invalid="ignore"):  # of infinite slopes; their map is refused in the end
        shares = np.nan_to_num(sizes / max(sizes.max(), np.finfo(float).tiny))
    return np.asarray(np.rint(shares * 65535), np.uint16)
