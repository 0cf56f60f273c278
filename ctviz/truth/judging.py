"""What every map of one slice is worth beside the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ctviz.core import CtvizError, ImportanceMap, Score, Sign
from ctviz.core.files import Arrays
from ctviz.truth.agreement_with_truth import MEASURES
from ctviz.truth.effects import Effects
from ctviz.truth.importance import importance_of_parts
from ctviz.truth.parts import Part


@dataclass(frozen=True, eq=False)
class Judgement:
    """What is known of one slice.

    Parameters
    ----------
    effects
        Of its P parts.
    pixels
        (P,) how many each part has.
    importance
        (E, S, P) of each part by estimator and sign; NaN where there is no map.
    values
        (E, S, T) what each measure says; NaN where it is undefined.
    whys
        (E, S, T) the reason of each undefined one, else empty.
    """

    effects: Effects
    pixels: NDArray[np.intp]
    importance: NDArray[np.float64]
    values: NDArray[np.float64]
    whys: NDArray[np.str_]

    def arrays(self) -> Arrays:
        """Return all of it as named arrays."""
        effects = self.effects
        return {
            "parts": np.asarray(effects.parts),
            "answer": np.asarray([effects.score, effects.probability]),
            "scores": effects.scores,
            "probabilities": effects.probabilities,
            "pixels": self.pixels,
            "importance": self.importance,
            "values": self.values,
            "whys": self.whys,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` gave."""
        score, probability = map(float, arrays["answer"])
        parts = tuple(map(str, arrays["parts"]))
        effects = Effects(parts, score, probability, arrays["scores"], arrays["probabilities"])
        return cls(effects, *(arrays[n] for n in ("pixels", "importance", "values", "whys")))


def judge(
    parts: Sequence[Part],
    effects: Effects,
    maps: Sequence[ImportanceMap | CtvizError],
    signs: Sequence[Sign],
) -> Judgement:
    """Return what each map, or the reason why there is none, is worth beside the truth."""
    importance = np.full((len(maps), len(signs), len(parts)), np.nan)
    values = np.full((len(maps), len(signs), len(MEASURES)), np.nan)
    whys = np.full(values.shape, "", dtype=object)
    for e, given in enumerate(maps):
        for s, sign in enumerate(signs):
            if isinstance(given, CtvizError):
                scores = [Score.undefined(str(given))] * len(MEASURES)
            else:
                importance[e, s] = importance_of_parts(given.values, parts, sign)
                scores = [m(importance[e, s], effects.scores, sign) for m in MEASURES.values()]
            values[e, s] = [np.nan if each.value is None else each.value for each in scores]
            whys[e, s] = [each.why for each in scores]
    pixels = np.array([part.mask.sum() for part in parts], np.intp)
    return Judgement(effects, pixels, importance, values, whys.astype(np.str_))
