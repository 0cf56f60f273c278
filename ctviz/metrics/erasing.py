"""Choosing the fill that takes the most evidence away."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctviz.core import Progress
from ctviz.metrics.against_model import Classify, Image
from ctviz.metrics.batches import probabilities
from ctviz.metrics.fills import Filler


@dataclass(frozen=True, eq=False)
class Erased:
    """A fill, and the class's probability before and after it fills the whole image."""

    fill: Filler
    untouched: float
    filled: float


def erase(
    image: Image, candidates: Sequence[Filler], classify: Classify, batch: int, progress: Progress
) -> Erased:
    """Return the fill that leaves the class least probable; costs 1 + len(candidates) images."""
    everything = np.ones(image.shape[1:], bool)
    ends = [image, *(fill(everything) for fill in candidates)]
    untouched, *filled = probabilities(ends, classify, batch, progress)
    least = int(np.argmin(filled))
    return Erased(candidates[least], float(untouched), float(filled[least]))
