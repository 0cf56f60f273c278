"""Relevance mass: how much of the importance lies in the region."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Mask, Score
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import METRICS


@METRICS.register("relevance-mass")
@dataclass(frozen=True)
class RelevanceMass(AgreementMetric):
    r"""Share of the positive importance inside the region, :math:`\sum_R e^+ / \sum e^+`.

    Negative importance speaks against the class and does not count; a map without any positive
    importance has no score. A constant positive map scores the region's share of the image.
    """

    title: ClassVar[str] = "Relevance mass"
    summary: ClassVar[str] = (
        "Share of all positive importance that lies in the drawn region: 0 none, 1 all of it."
    )
    cite: ClassVar[str] = "Arras et al., Information Fusion 2022. arXiv:2003.07258"

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the region's share of the positive importance."""
        positive = np.maximum(values, 0).astype(np.float64)
        total = positive.sum()
        if total == 0:
            return Score.undefined("No pixel speaks for the class: the map has no positive value.")
        # Two sums in different orders: rounding may carry the share beyond 1.
        return Score(min(1.0, float(positive[mask].sum() / total)))
