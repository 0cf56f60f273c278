"""Feeding a stream of perturbed images to the model, a batch at a time."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Progress
from ctviz.metrics.against_model import Classify
from ctviz.metrics.base import Numbers


def probabilities(
    images: Iterable[NDArray[np.float32]], classify: Classify, batch: int, progress: Progress
) -> Numbers:
    """Return the explained class's probability (N,) for N images (C, h, w).

    Only one batch of images exists at a time; progress advances by the images classified.
    """
    answers: list[Numbers] = []
    stream = iter(images)
    while chunk := list(islice(stream, batch)):
        answers.append(np.asarray(classify(np.stack(chunk)), np.float64))
        progress.advance(len(chunk))
    return np.concatenate(answers) if answers else np.empty(0)
