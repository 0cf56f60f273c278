"""The class score of many changed copies of an image: memory does not grow with their number."""

from collections.abc import Iterator
from itertools import islice

import torch
from torch import Tensor

from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.stream import even_batches
from ctviz.networks import sent


def trial_scores(class_score: ClassScore, trials: Iterator[Tensor], count: int) -> Iterator[float]:
    """Yield the target class score of each of ``count`` images (1, C, h, w), in their order."""
    known = torch.empty(0)
    for size in even_batches(count, class_score.pace.forward_batch):
        asked = class_score.answers(torch.cat(list(islice(trials, size))))
        class_score.progress.advance(size)
        # A GPU is asked for the next batch before the last one is waited for.
        yield from known.tolist()
        known = asked
    yield from known.tolist()


def filled(x: Tensor, kept: Tensor, fill: float) -> Tensor:
    """Return the image with the grey level ``fill`` where ``kept`` (h, w) is 0; blended between."""
    return fill + (x - fill) * sent(kept, x)
