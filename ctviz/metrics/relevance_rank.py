"""Relevance rank: how many of the most important pixels lie in the region."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import FloatMap, Mask, Score
from ctviz.metrics.against_region import AgreementMetric
from ctviz.metrics.base import METRICS
from ctviz.metrics.ranking import ranking


@METRICS.register("relevance-rank")
@dataclass(frozen=True)
class RelevanceRank(AgreementMetric):
    """Share of the |R| most important pixels that lie in the region R.

    Pixels of equal importance count with their mean. This is Dice at the region's own share,
    read from the pixels' importance in place of the region map's.
    """

    title: ClassVar[str] = "Relevance rank"
    summary: ClassVar[str] = (
        "Of the most important pixels, as many as the drawn region has, the share that lies in it."
    )
    cite: ClassVar[str] = "Arras et al., Information Fusion 2022. arXiv:2003.07258"

    def compare(self, values: FloatMap, mask: Mask) -> Score:
        """Return the precision among the first |R| pixels."""
        ranked = ranking(values, mask)
        return Score(ranked.matched / ranked.inside)
