"""Other cohorts that could have been: patients drawn again, the same ones for every entrant."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.patients import Numbers

DRAWS = 2000
SEED = 0


def draws(patients: int, count: int = DRAWS, seed: int = SEED) -> Numbers:
    """Return (B, P) how often each of P patients is drawn, P at a time with replacement.

    The bootstrap of Efron, Annals of Statistics 1979, doi:10.1214/aos/1176344552, with whole
    patients as clusters. The same seed draws the same patients, whatever is then averaged over
    them: this keeps comparisons of entrants, and of metrics, paired.
    """
    if not patients:
        return np.zeros((count, 0))
    return _drawn(patients, count, seed).astype(float)


@lru_cache(maxsize=16)
def _drawn(patients: int, count: int, seed: int) -> NDArray[np.unsignedinteger[Any]]:
    """Return the draws, which everything that is averaged over as many patients shares."""
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(patients, np.full(patients, 1 / patients), count)
    return drawn.astype(np.uint16 if patients <= np.iinfo(np.uint16).max else np.uint64)


def drawn_means(drawn: Numbers, means: Numbers) -> Numbers:
    """Return (B, K) the mean of (P, K) patient means over the patients (B, P) of each draw.

    Patients without a value are left out; NaN where a draw has no patient with one.
    """
    undefined = np.isnan(means)
    total = drawn @ np.where(undefined, 0.0, means)
    count = drawn @ (~undefined).astype(float) if undefined.any() else drawn.sum(1, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
