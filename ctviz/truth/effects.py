"""The true effect of each part: how the answer changes when it is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Prediction
from ctviz.core.arrays import frozen
from ctviz.core.results import log_odds

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Effects:
    """What P parts do to a model's answer; positive speaks for the explained class.

    An effect is the answer of the slice minus that of the slice without the part.

    Parameters
    ----------
    parts
        Their names.
    score, probability
        The answer for the whole slice: the class's log-odds, which is the class score where a
        network has a single output neuron, and its probability.
    scores, probabilities
        (P,) effects on both.
    """

    parts: tuple[str, ...]
    score: float
    probability: float
    scores: Numbers
    probabilities: Numbers

    def __post_init__(self) -> None:
        for name in ("scores", "probabilities"):
            object.__setattr__(self, name, frozen(np.asarray(getattr(self, name)), np.float64))

    @classmethod
    def of(
        cls,
        parts: Sequence[str],
        target: int,
        whole: Prediction,
        without: Sequence[Prediction],
    ) -> Self:
        """Return the effects, given the answers for a slice and for it without each part."""
        score, probability = log_odds(whole, target), float(whole.probabilities[target])
        return cls(
            tuple(parts),
            score,
            probability,
            np.array([score - log_odds(each, target) for each in without]),
            np.array([probability - float(each.probabilities[target]) for each in without]),
        )
