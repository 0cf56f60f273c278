"""What may be in a population though nobody in a sample shows it."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Share = TypeVar("Share", float, NDArray[np.float64])


def unseen(people: Share, level: float = 0.95) -> Share:
    """Return the largest share of a population that a sample could well have missed altogether.

    If a share s differs, all of n people drawn are alike with chance (1 - s)ⁿ; this is the s at
    which that falls to half of what a two-sided interval of this level leaves out (Clopper &
    Pearson, Biometrika 1934, doi:10.1093/biomet/26.4.404; the "rule of three" is its short form).

    >>> round(unseen(6), 2), round(unseen(100), 3)
    (0.46, 0.036)
    """
    none_seen: Share = ((1.0 - level) / 2) ** (1.0 / people)
    return 1.0 - none_seen
