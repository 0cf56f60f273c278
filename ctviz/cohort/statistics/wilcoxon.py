"""The signed-rank test, exact also with ties."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from ctviz.cohort.statistics.patients import Numbers

_EXACT = 50


@dataclass(frozen=True)
class SignedRank:
    """What the signed-rank test says of paired differences.

    Parameters
    ----------
    lean
        Sum of the ranks of positive differences minus that of negative ones.
    p
        Two-sided p-value.
    """

    lean: float
    p: float


def signed_rank(differences: Numbers) -> SignedRank:
    """Return the Wilcoxon signed-rank test of differences (n,).

    Wilcoxon, Biometrics Bulletin 1945, doi:10.2307/3001968. Zero differences are dropped, as he
    did; if nothing else is left p is 1. Up to 50 differences the distribution over all 2ⁿ signs is
    exact, given the ranks and so also with ties; beyond it is normal, with the variance that ties
    leave.
    """
    told = differences[differences != 0]
    if not len(told):
        return SignedRank(0.0, 1.0)
    ranks = rankdata(np.abs(told))
    lean = float(np.sum(ranks * np.sign(told)))
    if len(told) <= _EXACT:
        return SignedRank(lean, _exact(ranks, lean))
    return SignedRank(lean, float(2 * norm.sf(abs(lean) / np.sqrt(np.sum(ranks**2)))))


def _exact(ranks: Numbers, lean: float) -> float:
    """Return the share of the signs that lean at least as far to either side.

    The distribution of the sum of positive ranks grows by one rank at a time, in half ranks so
    that shared ranks are whole.
    """
    halves = np.rint(2 * ranks).astype(int)
    total = int(halves.sum())
    share = np.zeros(total + 1)
    share[0] = 1.0
    for step in halves:
        share[step:] = (share[step:] + share[: total + 1 - step]) / 2
        share[:step] /= 2
    smaller_sum = round((total - abs(2 * lean)) / 2)
    return min(1.0, 2 * float(share[: smaller_sum + 1].sum()))
