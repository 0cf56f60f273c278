"""Sparseness: whether few pixels hold the importance."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import Score
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.of_map import MapMetric


@METRICS.register("sparseness")
@dataclass(frozen=True)
class Sparseness(MapMetric):
    r"""Gini index of the pixels' magnitudes.

    .. math:: G = 1 - 2 \sum_{k=1}^{n} a_{(k)} \frac{n - k + 1/2}{n}, \qquad
              a_{(1)} \le \dots \le a_{(n)}, \; \sum_k a_{(k)} = 1

    A constant map scores 0, a single pixel 1 - 1/n. A sparse map is easier to read; whether it is
    right, the other metrics say.
    """

    title: ClassVar[str] = "Sparseness"
    summary: ClassVar[str] = (
        "Whether few pixels hold all the importance (near 1) or all pixels the same (0): "
        "how sharp the map is, not whether it is right."
    )
    cite: ClassVar[str] = (
        "Gini index: Hurley & Rickard, IEEE Trans. Inf. Theory 2009. arXiv:0811.4706; "
        "of maps: Chalasani et al., ICML 2020. arXiv:1810.06583"
    )

    def spread(self, shares: Numbers) -> Score:
        """Return the Gini index."""
        number = len(shares)
        above = (number - np.arange(1, number + 1) + 0.5) / number
        return Score(float(np.clip(1 - 2 * np.dot(np.sort(shares), above), 0.0, 1.0)))
