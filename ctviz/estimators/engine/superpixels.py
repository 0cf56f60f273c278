"""Estimators that fit a linear model to how the score changes when superpixels are hidden."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.segmentation import slic
from torch import Tensor

from ctviz.core import FloatMap, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import Estimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.trials import filled, trial_scores

COMPACTNESSES = (0.1, 0.3, 1.0)
"""How much pieces keep to squares rather than to grey levels, tried in this order."""


@dataclass(frozen=True)
class SuperpixelEstimator(Estimator):
    """An estimator whose map has one value per superpixel, fitted to coalitions of visible ones.

    Superpixels are SLIC's (doi:10.1109/TPAMI.2012.120) on the image's mean channel, or tiles where
    it does not find as many as asked, see `superpixels`.
    """

    family: ClassVar[str] = "perturbation"
    version: ClassVar[int] = 2

    samples: int = param(300, low=10, high=20000, help="Trials. More is more certain and slower.")
    superpixels: int = param(36, low=2, high=400, help="About how many pieces the image is cut in.")
    fill: float = param(
        0.0, low=0.0, high=1.0, help="Hidden pieces: 0 is the window's bottom, 1 its top."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Which pieces are hidden in each trial.")

    def passes(self) -> Passes:
        """Return one forward pass per trial, the whole and the empty image among them."""
        return Passes(forward=self.samples)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return each pixel's superpixel's coefficient."""
        pieces = superpixels(class_score.shown, self.superpixels)
        count = int(pieces.max()) + 1
        visible = np.ones((self.samples, count), dtype=bool)
        visible[1] = False
        visible[2:] = self.coalitions(self.samples - 2, count)
        trials = self._trials(class_score.x, pieces, visible)
        scores = np.array(list(trial_scores(class_score, trials, self.samples)))
        return torch.from_numpy(self.coefficients(visible, scores)[pieces])

    @abstractmethod
    def coalitions(self, trials: int, count: int) -> NDArray[np.bool_]:
        """Return which superpixels (trials, count) are visible."""

    @abstractmethod
    def coefficients(
        self, visible: NDArray[np.bool_], scores: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the superpixels' values; the first trial is the image, the second the fill."""

    def _trials(
        self, x: Tensor, pieces: NDArray[np.intp], visible: NDArray[np.bool_]
    ) -> Iterator[Tensor]:
        for row in visible:
            yield filled(x, torch.from_numpy(row[pieces]), self.fill)


def superpixels(x: Tensor, count: int) -> NDArray[np.intp]:
    """Return each pixel's superpixel (h, w), numbered from 0 without gaps.

    There are ``count`` of them to a quarter, or as many as pixels if those are fewer. SLIC itself
    promises no number: an even image may be one piece to it, a noisy one many crumbs. So it is
    asked for ever more compact pieces, and at last tiles take their place, exactly ``count``.
    """
    image = x[0].cpu().double().mean(0).numpy()
    wanted = min(count, image.size)
    for compactness in COMPACTNESSES:
        labels = slic(image, n_segments=wanted, compactness=compactness, channel_axis=None)
        found, pieces = np.unique(labels, return_inverse=True)
        if abs(len(found) - wanted) <= wanted / 4:
            return pieces.reshape(image.shape).astype(np.intp)
    height, width = image.shape
    return tiles(height, width, wanted)


def tiles(height: int, width: int, count: int) -> NDArray[np.intp]:
    """Return each pixel's tile (height, width): ``count`` of them, nearly square, row by row."""
    rows = round((count * height / width) ** 0.5)
    rows = min(max(rows, 1, -(-count // width)), height, count)
    row = np.arange(height)[:, None] * rows // height
    first, after = row * count // rows, (row + 1) * count // rows
    pieces: NDArray[np.intp] = first + np.arange(width) * (after - first) // width
    return pieces
