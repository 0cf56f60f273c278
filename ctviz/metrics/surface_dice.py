"""Dice of outlines: the share of both edges that lies close to the other."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ctviz.core import Mask, Score, param
from ctviz.metrics.against_region import Spacing
from ctviz.metrics.base import METRICS
from ctviz.metrics.in_millimetres import MillimetreMetric, edge_distances


@METRICS.register("surface-dice")
@dataclass(frozen=True)
class SurfaceDice(MillimetreMetric):
    r"""Share of the edges of hot pixels and region within a tolerance of each other.

    .. math:: \frac{|\{a \in \partial A : d(a, \partial R) \le \tau\}|
                  + |\{r \in \partial R : d(r, \partial A) \le \tau\}|}
                   {|\partial A| + |\partial R|}

    Edge pixels have a neighbour outside and count alike, in place of the length of a contour;
    distances run between pixel centres. Choose the tolerance as large as two readers differ.
    """

    title: ClassVar[str] = "Surface Dice"
    summary: ClassVar[str] = (
        "Share of the outlines of the drawn region and of an equally large most important part "
        "of the image that run close to each other: 0 none, 1 all."
    )
    cite: ClassVar[str] = "Nikolov et al., JMIR 2021. doi:10.2196/26151"
    reads: ClassVar[Literal["map", "region map"]] = "region map"

    tolerance_mm: float = param(
        3.0, low=0.0, high=50.0, help="Millimetres that two outlines of the same thing may differ."
    )

    def compare_mm(self, hot: Mask, mask: Mask, spacing_mm: Spacing) -> Score:
        """Return the share of edge pixels within the tolerance."""
        both = edge_distances(hot, mask, spacing_mm)
        close = sum(int((each <= self.tolerance_mm).sum()) for each in both)
        return Score(close / sum(each.size for each in both))
