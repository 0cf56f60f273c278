"""How far a map's sum is from the change of the class score that it should be."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ctviz.core import FloatMap
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import Ends
from ctviz.estimators.engine.trials import trial_scores
from ctviz.networks import NetworkFailed

NO_CHANGE = 1e-3
"""Share of the largest score at an end up to which a change of the score counts as none."""


def completeness_gap(class_score: ClassScore, ends: Ends, values: FloatMap) -> float | None:
    r"""Return how far a map's sum is from the score's change, as a share of that change.

    .. math:: \frac{\sum_i a_i - (f_t(x) - f_t(x'))}{|f_t(x) - f_t(x')|}

    (Sundararajan et al., arXiv:1703.01365, call a map without a gap complete.) It is positive where
    the map sums to too much. None where the score hardly changes, or where the network cannot
    judge an end: then there is nothing to compare with.

    Parameters
    ----------
    class_score
        What the map answers; costs one forward pass for each end.
    ends
        Where the map's paths begin and end.
    values
        (h, w), the signed map on the network's grid.
    """
    weights: list[float] = []

    def images() -> Iterator[Tensor]:
        for weight, image in ends.draw(class_score):
            weights.append(weight)
            yield image

    try:
        scores = list(trial_scores(class_score, images(), ends.count))
    except NetworkFailed:
        return None
    change = float(np.dot(weights, scores))
    # What a coarse type of numbers may have rounded away is no change either.
    share = max(NO_CHANGE, 100 * torch.finfo(class_score.x.dtype).eps)
    if not math.isfinite(change) or abs(change) <= share * max(map(abs, scores)):
        return None
    return (float(values.sum(dtype=np.float64)) - change) / abs(change)
