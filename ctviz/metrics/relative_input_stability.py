"""Relative input stability: a map's change over the slice's."""

from dataclasses import dataclass
from typing import ClassVar

from ctviz.metrics.against_estimator import Again
from ctviz.metrics.against_model import Images
from ctviz.metrics.base import METRICS
from ctviz.metrics.relative_stability import RelativeStabilityMetric, relative_change


@METRICS.register("relative-input-stability")
@dataclass(frozen=True)
class RelativeInputStability(RelativeStabilityMetric):
    r"""Largest relative change of the map over the relative change of the slice, pixel by pixel.

    Δ is the root mean square of :math:`\delta / x`.
    """

    title: ClassVar[str] = "Relative input stability"
    short: ClassVar[str] = "RIS"
    summary: ClassVar[str] = (
        "How many times more the map changes than the scan, pixel by pixel, under a trace of noise "
        "that does not change the model's answer: 0 is not at all."
    )
    cite: ClassVar[str] = "Agarwal et al., 2022. arXiv:2203.06877"
    differs: ClassVar[str] = (
        "The publication leaves open what to divide by where map or slice are zero; here numbers "
        "below a thousandth of their root mean square count as that. Norms are means, so that "
        "grids of other sizes compare."
    )

    def change(self, x: Images, copy: Images, again: Again) -> float:  # noqa: ARG002
        """Return the slice's relative change."""
        return relative_change(x, copy)
