"""The signed-rank test, exact also with ties."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from ctviz.cohort.statistics.patients import Numbers

_EXACT = 50


@dataclass(frozen=True, eq=False)
class SignedRanks:
    """What the signed-rank test says of K columns of paired differences.

    Parameters
    ----------
    lean
        (K,) sum of the ranks of positive differences minus that of negative ones.
    p
        (K,) two-sided p-values.
    """

    lean: Numbers
    p: Numbers


def signed_ranks(differences: Numbers) -> SignedRanks:
    """Return the Wilcoxon signed-rank test of each column of differences (n, K), NaN left out.

    Wilcoxon, Biometrics Bulletin 1945, doi:10.2307/3001968. Zero differences are dropped, as he
    did; if nothing else is left p is 1. Up to 50 differences the distribution over all 2ⁿ signs is
    exact, given the ranks and so also with ties; beyond it is normal, with the variance that ties
    leave.
    """
    told = ~np.isnan(differences) & (differences != 0)
    # What is left out stands behind all others, and takes no rank from them.
    behind = rankdata(np.where(told, np.abs(differences), np.inf), axis=0)
    ranks = np.where(told, behind, 0.0)
    lean = np.sum(ranks * np.sign(np.where(told, differences, 0.0)), axis=0)
    count, scale = told.sum(axis=0), np.sqrt(np.sum(ranks**2, axis=0))
    p = np.where(count > 0, 2 * norm.sf(np.abs(lean) / np.where(count > 0, scale, 1.0)), 1.0)
    for column in np.flatnonzero((count > 0) & (count <= _EXACT)):
        halves = np.sort(np.rint(2 * ranks[told[:, column], column]).astype(np.int64))
        smaller_sum = round((halves.sum() - abs(2 * lean[column])) / 2)
        p[column] = min(1.0, 2 * float(_chances(tuple(halves.tolist()))[: smaller_sum + 1].sum()))
    return SignedRanks(lean, p)


@lru_cache(maxsize=64)
def _chances(halves: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the share of all signs that give each sum of positive ranks.

    The distribution grows by one rank at a time, in half ranks so that shared ranks are whole.
    Without ties it is the same for all pairs.
    """
    total = sum(halves)
    share = np.zeros(total + 1)
    share[0] = 1.0
    for step in halves:
        share[step:] = (share[step:] + share[: total + 1 - step]) / 2
        share[:step] /= 2
    return share
