"""What of a map is stronger than chance: than on networks that have forgotten everything."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ctviz.core import FloatMap, InvalidInput, Mask
from ctviz.core.arrays import frozen
from ctviz.uncertainty.unit import Numbers, in_units

COPIES = 19
"""Untrained copies that are asked: one in 20 networks is the first among 20 by chance, 5 %."""

LEVEL = 0.05
"""The false discovery rate."""

REACH = 2.0
"""Standard deviation in pixels of the neighbourhood whose strength counts as a pixel's."""

LEAST = 0.01
"""Where the copies show less than this share of what they show on average, they show so much."""


@dataclass(frozen=True, eq=False)
class AgainstChance:
    """Where a map is stronger than on untrained copies of its network.

    Parameters
    ----------
    stronger
        (h, w), the pixels that are.
    share
        What share they are of the pixels in which the slice shows anything.
    copies
        How many untrained copies were asked.
    level
        The false discovery rate.
    """

    stronger: Mask
    share: float
    copies: int
    level: float = LEVEL

    def __post_init__(self) -> None:
        object.__setattr__(self, "stronger", frozen(self.stronger, np.bool_))


def against_chance(
    values: FloatMap, chance: Sequence[FloatMap], shown: Mask, level: float = LEVEL
) -> AgainstChance:
    r"""Return where a map is stronger than maps that are there by chance.

    The strength of a pixel is the mean magnitude around it (Gaussian, σ = 2 pixels) of the map in
    its own unit, divided by the root mean square of the other maps' strength at that place: edges
    light up on any network, and what lights up everywhere is no news. A pixel's p-value is the
    share of all strengths on the copies that are as large,

    .. math:: p_i = \frac{1 + \#\{(r, j) : z_{rj} \ge z_i\}}{1 + R n}

    and pixels are shown by the step-up rule of Benjamini & Hochberg (J. R. Stat. Soc. B 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x) at the ``level``.

    One draw of weights shifts the whole picture, so that this alone does not bound how often a
    network that knows nothing shows something. Therefore a gate: the smallest level at which
    anything would be shown (Simes, Biometrika 1986, doi:10.1093/biomet/73.3.751) is computed for
    every copy in the same way against all others, and nothing is shown unless the map's own is
    smaller than that of each copy. If the network is itself a draw like the copies, all R + 1
    are exchangeable, and the chance of this is at most 1 / (R + 1), exactly, however pixels
    depend on each other (Phipson & Smyth 2010, doi:10.2202/1544-6115.1585). As long as everything
    is chance, that chance is the false discovery rate. Once something is real, the rate rests on
    Benjamini & Hochberg's rule, for pixels that depend on their neighbours positively.

    Parameters
    ----------
    values
        (h, w), the map.
    chance
        R maps (h, w) of the same question on randomised copies of the network.
    shown
        (h, w), where the slice shows anything; nothing is shown elsewhere.
    """
    if level * (len(chance) + 1) + 1e-9 < 1:
        raise InvalidInput(
            f"A false discovery rate of {level:g} needs {np.ceil(1 / level) - 1:.0f} untrained "
            "copies at least; ask more."
        )
    strengths = _strengths(np.abs(in_units([values, *chance], shown)), shown)
    ordered = np.sort(strengths, axis=1)
    whole = np.sort(ordered, axis=None)
    own, *others = (_p_values(one, whole) for one in ordered)
    stronger = np.zeros(shown.shape, bool)
    if least_level(own) <= level and least_level(own) < min(map(least_level, others)):
        weakest = ordered[0][-discoveries(own, level)]
        stronger[shown] = strengths[0] >= weakest
    return AgainstChance(stronger, float(stronger[shown].mean()), len(chance), level)


def _strengths(magnitudes: Numbers, shown: Mask) -> Numbers:
    """Return the strengths (n, pixels) of maps (n, h, w), each in units of all others'."""
    around = np.stack([gaussian_filter(each, REACH) for each in magnitudes])[:, shown]
    squares = around**2
    usual = (squares.sum(axis=0) - squares) / (len(around) - 1)
    floor = LEAST**2 * usual.mean(axis=1, keepdims=True)
    # Where nobody shows anything there is no strength.
    floor[floor == 0] = 1.0
    return np.asarray(around / np.sqrt(np.maximum(usual, floor)))


def _p_values(ordered: Numbers, whole: Numbers) -> Numbers:
    """Return the p-values, from the least, of strengths in order among all others of the whole.

    Both rise: queries in order find their places in a long array many times faster.
    """
    as_large = _count_as_large(whole, ordered) - _count_as_large(ordered, ordered)
    return np.asarray((1 + as_large) / (1 + len(whole) - len(ordered)), np.float64)[::-1]


def _count_as_large(whole: Numbers, ordered: Numbers) -> NDArray[np.intp]:
    return len(whole) - np.searchsorted(whole, ordered, side="left")


def least_level(p: Numbers) -> float:
    """Return the least level at which any of p-values in rising order (n,) is a discovery."""
    return float((p * len(p) / np.arange(1, len(p) + 1)).min())


def discoveries(p: Numbers, level: float) -> int:
    """Return how many of p-values in rising order (n,) Benjamini & Hochberg's rule finds."""
    below = np.flatnonzero(p * len(p) <= level * np.arange(1, len(p) + 1))
    return int(below[-1]) + 1 if len(below) else 0
