"""One stream of gradients, read by any number of reductions at once."""

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor

from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.probes import Probes
from ctviz.estimators.engine.reductions import Reduction
from ctviz.estimators.engine.rules import Rule
from ctviz.networks import precise, wait_for


def stream(
    class_score: ClassScore, rule: Rule, probes: Probes, reductions: Sequence[Reduction]
) -> list[Tensor]:
    """Return each reduction's (C, h, w) map of the gradients at the probes."""
    drawn, before = probes.draw(class_score), torch.empty(0)
    for size in even_batches(probes.count, class_score.pace.gradient_batch):
        points, differences = (torch.cat(part) for part in zip(*islice(drawn, size), strict=True))
        gradients = class_score.gradients(points, rule)
        pairs = zip(precise(gradients), precise(differences), strict=True)
        for gradient, difference in pairs:
            for reduction in reductions:
                reduction.add(gradient, difference)
        # A GPU has the next batch already, but no more than that.
        wait_for(before)
        before = gradients
        class_score.progress.advance(size)
    return [reduction.result() for reduction in reductions]


def even_batches(count: int, largest: int) -> Iterator[int]:
    """Yield sizes that sum to ``count``, as equal and as few as ``largest`` allows.

    >>> list(even_batches(25, 8))
    [7, 6, 6, 6]
    """
    batches = -(-count // largest)
    for index in range(batches):
        yield count // batches + (index < count % batches)
