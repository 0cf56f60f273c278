"""Entropy: over how many pixels the importance is spread."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from scipy.special import entr

from ctviz.core import Score
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.of_map import MapMetric


@METRICS.register("entropy")
@dataclass(frozen=True)
class Entropy(MapMetric):
    r"""Entropy of the pixels' shares in the importance, relative to the largest possible.

    .. math:: H = -\frac{1}{\ln n} \sum_{i=1}^{n} a_i \ln a_i, \qquad
              a_i = \frac{|e_i|}{\sum_j |e_j|}

    The publication does not divide by ln n; it makes maps of different grids comparable. A
    constant map scores 1, a single important pixel 0; as if spread evenly over n to the power of H
    pixels. A grid of one pixel leaves nothing to spread over and has no score.
    """

    title: ClassVar[str] = "Entropy"
    summary: ClassVar[str] = (
        "How widely the importance is spread over the image: 0 is one single pixel, 1 all pixels "
        "alike; a lower number is easier to read, not more right."
    )
    cite: ClassVar[str] = "Bhatt et al., IJCAI 2020. arXiv:2005.00631"
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    def spread(self, shares: Numbers) -> Score:
        """Return the relative entropy."""
        if len(shares) == 1:
            return Score.undefined("The map has a single pixel: there is nothing to spread over.")
        return Score(float(np.clip(entr(shares).sum() / np.log(len(shares)), 0.0, 1.0)))
